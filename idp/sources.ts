import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import {
  createIdWsfSource,
  createJsonSource,
  type PostToSource,
  type Source,
  type SourceTokenClaims,
} from '../attribute-service/index.ts';
import type { Settings } from '../config/index.ts';
import type { KeyRing } from '../federation/index.ts';
import { postBytes } from '../lib/outgoing.ts';
import { verificationKey } from '../lib/xml/index.ts';
import { HubPageError } from './errors.ts';

export interface SourcesOptions {
  readonly settings: Pick<Settings, 'sources' | 'origin' | 'profile'>;
  readonly keys: Pick<KeyRing, 'active' | 'samlKey'>;
  /** Our SAML entityID, which is our ID-WSF providerID too. */
  readonly entityId: string;
  readonly post?: PostToSource;
  readonly now?: () => number;
}

type Registered = Settings['sources'][number];
type IdWsfRegistered = Extract<Registered, { kind: 'id-wsf' }>;
type Common = Required<Omit<SourcesOptions, 'settings'>> & { readonly issuer: string };

const tokenSeconds = 60;

/** The bodies that settings name, each behind the adapter for what it speaks. Refuses a start with a key that cannot be used. */
export async function openSources(options: SourcesOptions): Promise<readonly Source[]> {
  const { settings, keys, entityId, now = Date.now } = options;
  const allowLoopback = settings.profile === 'trial';
  // Bodies stand behind the region's own network as a rule; their addresses come from the operator alone.
  const guarded: PostToSource = (address, request) =>
    postBytes(address, { ...request, allowLoopback, allowPrivate: true });
  const common: Common = { keys, entityId, post: options.post ?? guarded, now, issuer: settings.origin };
  return Promise.all(
    settings.sources.map(async (registered) =>
      registered.kind === 'json' ? jsonSource(registered, common) : idWsfSource(registered, common),
    ),
  );
}

/** How long each body is waited for, by its id. */
export function sourceDeadlines({ sources }: Pick<Settings, 'sources'>): ReadonlyMap<string, number> {
  return new Map(sources.map(({ id, deadlineMs }) => [id, deadlineMs]));
}

function jsonSource({ id, name, address }: Registered, { issuer, keys, post, now }: Common): Source {
  // The type keeps these apart from the ID tokens that the same key signs (RFC 8725 3.11).
  const sign = (claims: SourceTokenClaims) => {
    const { id: kid, privateKey } = keys.active('oidc-es256');
    const issuedAt = Math.floor(now() / 1000);
    return new SignJWT({ ...claims, iss: issuer, iat: issuedAt, exp: issuedAt + tokenSeconds })
      .setProtectedHeader({ alg: 'ES256', typ: 'source+jwt', kid })
      .sign(privateKey);
  };
  return createJsonSource({ id, name, address, sign, post, now });
}

async function idWsfSource(registered: IdWsfRegistered, { keys, entityId, post, now }: Common): Promise<Source> {
  const { id, name, address, providerId } = registered;
  const publicKey = await bodyKey(registered);
  return createIdWsfSource({
    id,
    name,
    address,
    providerId,
    verify: verificationKey(publicKey),
    encryptFor: { publicKey, content: 'aes256-gcm', transport: 'rsa-oaep-sha256' },
    hub: { providerId: entityId, publicKey: () => keys.active('saml').publicKey, key: keys.samlKey },
    post,
    now,
  });
}

/** PEM text stands in the settings themselves or in the file that they name. */
async function bodyKey({ id, publicKey: given }: IdWsfRegistered): Promise<KeyObject> {
  let key: KeyObject;
  try {
    key = createPublicKey(given.startsWith('-----BEGIN ') ? given : await readFile(given));
  } catch (cause) {
    throw new HubPageError('START_REFUSED', `the public key of the source ${id} cannot be read`, { cause });
  }
  if (key.asymmetricKeyType !== 'rsa')
    throw new HubPageError('START_REFUSED', `the source ${id} needs an RSA key: the pseudonym is encrypted for it`);
  return key;
}
