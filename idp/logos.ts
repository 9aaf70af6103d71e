import type Router from '@koa/router';
import type { Context } from 'koa';
import type { ProviderRecord, ProviderRegistry } from '../federation/index.ts';
import { sha256 } from '../lib/bytes.ts';
import { type RasterType, readRaster } from '../lib/raster.ts';
import { type Collection, type CollectionDefinition, insertOnce, type StoredRecord } from '../storage/index.ts';
import { HubPageError } from './errors.ts';

/** A picture beside a service's name, under the SHA-256 (hex) of its octets. */
export interface Logo extends StoredRecord {
  readonly type: RasterType;
  readonly width: number;
  readonly height: number;
  readonly base64: string;
}

export const logoCollection: CollectionDefinition = { name: 'provider-logo' };
export const logoLimits = { bytes: 100 * 1024, side: 512 } as const;

const hashForm = /^[0-9a-f]{64}$/;
/** An upload waits this long for the form that it belongs to. */
const waitingMs = 24 * 3_600_000;

export interface LogosOptions {
  readonly logos: Collection<Logo>;
  readonly now: () => number;
}

/** Pictures of services: the hub keeps and serves them itself, so that no resident's browser asks a party for one. */
export function createLogos({ logos, now }: LogosOptions) {
  /** Takes an upload, reduced to what is drawn; it goes after a day unless a registration keeps it. */
  async function add(file: Uint8Array): Promise<string> {
    if (file.length > logoLimits.bytes) throw new HubPageError('LOGO_TOO_LARGE', `a logo of ${file.length} bytes`);
    const raster = readRaster(file);
    if (!raster) throw new HubPageError('LOGO_REFUSED', 'the logo is no PNG, JPEG or WebP, or it is more than that');
    const { bytes, ...about } = raster;
    if (Math.max(about.width, about.height) > logoLimits.side)
      throw new HubPageError('LOGO_TOO_LARGE', `a logo of ${about.width} x ${about.height}`);
    const id = sha256(bytes).toString('hex');
    const expiresAt = now() + waitingMs;
    if (!(await insertOnce(logos, { id, ...about, base64: bytes.toString('base64'), expiresAt })))
      await logos.update(id, (known) => (known.expiresAt === undefined ? known : { ...known, expiresAt }));
    return id;
  }

  /** Before a registration names it, so that none names a picture that goes. */
  async function keep(id: string): Promise<void> {
    if (!(await logos.update(id, ({ expiresAt: _expiresAt, ...kept }) => kept)))
      throw new HubPageError('LOGO_GONE', 'the picture is no longer there');
  }

  const get = async (id: string): Promise<Logo | undefined> => (hashForm.test(id) ? logos.get(id) : undefined);

  /** Where residents' browsers get the picture of an approved service; undefined where there is none to show. */
  async function addressFor(record: ProviderRecord | undefined): Promise<string | undefined> {
    if (record?.status !== 'approved' || !record.logo || !(await get(record.logo))) return undefined;
    return `/service-logo/${record.logo}?${new URLSearchParams({ id: record.id })}`;
  }

  return { add, keep, get, addressFor };
}

export type Logos = ReturnType<typeof createLogos>;

/** The picture of an approved service and no other one: what somebody uploaded is not served to the public by that. */
export function logoRoutes({
  logos,
  registry,
}: {
  readonly logos: Logos;
  readonly registry: Pick<ProviderRegistry, 'get'>;
}): (router: Router) => void {
  return (router) => {
    router.get('/service-logo/:hash', async (ctx) => {
      const [, protocol, key = ''] = /^(saml|oidc):(.*)$/s.exec(ctx.URL.searchParams.get('id') ?? '') ?? [];
      const record = protocol ? await registry.get(protocol === 'oidc' ? 'oidc' : 'saml', key) : undefined;
      const { hash = '' } = ctx.params;
      const isIts = record?.status === 'approved' && record.logo === hash;
      sendLogo(ctx, isIts ? await logos.get(hash) : undefined, 'public, max-age=31536000, immutable');
    });
  };
}

/** Whatever it were, a browser takes it for a picture of this type, and for a page without any right (CSP 3 sandbox). */
export function sendLogo(ctx: Context, logo: Logo | undefined, caching: string): void {
  if (!logo) throw new HubPageError('PAGE_MISSING', 'there is no such picture');
  ctx.set({
    'cache-control': caching,
    'content-type': logo.type,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  ctx.body = Buffer.from(logo.base64, 'base64');
}
