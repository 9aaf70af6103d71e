import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import {
  attributeTypes,
  createIdWsfSource,
  createJsonSource,
  type PostToSource,
  type Source,
  type SourceTokenClaims,
} from '../attribute-service/index.ts';
import type { Settings } from '../config/index.ts';
import type { BodyTerms, KeyRing, OtherRegistration } from '../federation/index.ts';
import { keyFingerprint } from '../federation/index.ts';
import { postBytes } from '../lib/outgoing.ts';
import { verificationKey } from '../lib/xml/index.ts';
import { createBodyTls } from './body-tls.ts';
import { HubPageError } from './errors.ts';

export interface SourcesOptions {
  readonly settings: Pick<Settings, 'sources' | 'origin' | 'profile'> & Partial<Pick<Settings, 'bodyTls'>>;
  readonly keys: Pick<KeyRing, 'active' | 'samlKey'>;
  /** Our SAML entityID, which is our ID-WSF providerID too. */
  readonly entityId: string;
  readonly post?: PostToSource;
  readonly now?: () => number;
}

type Registered = Settings['sources'][number];
type IdWsfRegistered = Extract<Registered, { kind: 'id-wsf' }>;
/** What every source is made with. */
export type Common = Required<Omit<SourcesOptions, 'settings'>> & { readonly issuer: string };

const tokenSeconds = 60;

/** The bodies that settings name, each behind the adapter for what it speaks. Refuses a start with a key that cannot be used. */
export async function openSources(options: SourcesOptions): Promise<readonly Source[]> {
  const { settings } = options;
  await checkOwnCertificate(settings);
  // Bodies stand behind the region's own network as a rule; their addresses come from the operator alone.
  const common = commonOf(options, { allowPrivate: true });
  return Promise.all(
    settings.sources.map(async (registered) =>
      registered.kind === 'json'
        ? jsonSource(registered, common)
        : idWsfSource({ ...registered, publicKey: await bodyKey(registered) }, common),
    ),
  );
}

async function checkOwnCertificate({ bodyTls }: SourcesOptions['settings']): Promise<void> {
  try {
    await createBodyTls(bodyTls)();
  } catch (cause) {
    throw new HubPageError('START_REFUSED', 'bodyTls: certificate and key cannot be read, or are no pair', { cause });
  }
}

export function commonOf(
  { settings, keys, entityId, post, now = Date.now }: SourcesOptions,
  { allowPrivate }: { readonly allowPrivate: boolean },
): Common {
  const allowLoopback = settings.profile === 'trial';
  const tls = createBodyTls(settings.bodyTls);
  const guarded: PostToSource = async (address, request) =>
    postBytes(address, { ...request, allowLoopback, allowPrivate, tls: await tls() });
  return { keys, entityId, post: post ?? guarded, now, issuer: settings.origin };
}

/** What may be registered beside them. */
export const bodyTermsOf = ({ bodiesInOwnNetwork }: Pick<Settings, 'bodiesInOwnNetwork'>): BodyTerms => ({
  types: attributeTypes.map(({ id }) => id),
  ownNetwork: bodiesInOwnNetwork,
});

/** The bodies of the settings as the linter compares registrations with them: their names and keys are taken. */
export async function settledBodies({ sources }: Pick<Settings, 'sources'>): Promise<readonly OtherRegistration[]> {
  const listed = sources.map(async (source): Promise<OtherRegistration[]> => {
    const { id: key, name } = source;
    const known = { id: `settings:${key}`, protocol: 'id-wsf', key, name: name.en, keys: [] } as const;
    if (source.kind !== 'id-wsf') return [known];
    return [known, { ...known, key: source.providerId, keys: [keyFingerprint(await bodyKey(source))] }];
  });
  return (await Promise.all(listed)).flat();
}

function jsonSource({ id, name, address, deadlineMs }: Registered, { issuer, keys, post, now }: Common): Source {
  // The type keeps these apart from the ID tokens that the same key signs (RFC 8725 3.11).
  const sign = (claims: SourceTokenClaims) => {
    const { id: kid, privateKey } = keys.active('oidc-es256');
    const issuedAt = Math.floor(now() / 1000);
    return new SignJWT({ ...claims, iss: issuer, iat: issuedAt, exp: issuedAt + tokenSeconds })
      .setProtectedHeader({ alg: 'ES256', typ: 'source+jwt', kid })
      .sign(privateKey);
  };
  return createJsonSource({ id, name, address, deadlineMs, sign, post, now });
}

/** A body with its key at hand, whoever registered it. */
export type OpenedBody = Pick<IdWsfRegistered, 'id' | 'name' | 'address' | 'providerId' | 'deadlineMs'> & {
  readonly publicKey: KeyObject;
};

export function idWsfSource({ publicKey, ...body }: OpenedBody, { keys, entityId, post, now }: Common): Source {
  return createIdWsfSource({
    ...body,
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
