import {
  attributeTypeOf,
  buildEndpointReference,
  discoveryServiceType,
  issueToken,
  securityMechanisms,
} from '../../attribute-service/index.ts';
import {
  messagePartyOf,
  nameIdFormats,
  type ProviderRecord,
  type ProviderRegistry,
  providerIdOf,
} from '../../federation/index.ts';
import type { SigningKey, VerificationKey, XmlElement } from '../../lib/xml/index.ts';
import type { KeyUses } from '../key-use.ts';
import type { Handle, Handles } from './handle.ts';

export interface BootstrapOptions {
  readonly entityId: string;
  readonly soapUrl: string;
  readonly registry: ProviderRegistry;
  readonly keyUses: Pick<KeyUses, 'latest'>;
  readonly handles: Handles;
  readonly signingKey: () => SigningKey;
  readonly now: () => number;
}

/** The sign-in that the party is told of. */
export type BootstrapFacts = Omit<Handle, 'party' | 'type' | 'purpose'>;

/** Hands a party the way to the resident's data together with an answer to a sign-in. */
export function createBootstrap(options: BootstrapOptions) {
  const { entityId, soapUrl, handles, signingKey, now } = options;

  /** An endpoint reference for this party, or undefined for one whose contract lists no data or that has no key to hold. */
  async function bootstrapFor(record: ProviderRecord, facts: BootstrapFacts): Promise<XmlElement | undefined> {
    // While it is only tested a provider gets no way to anybody's data.
    if (record.status !== 'approved') return undefined;
    if (!record.contract.attributes.some((attribute) => attributeTypeOf(attribute))) return undefined;
    const { holderKey, providerId } = await holderOf(record, options);
    if (!holderKey) return undefined;
    const token = await issueToken({
      issuer: entityId,
      audience: entityId,
      holder: { providerId, publicKey: holderKey.publicKey },
      subject: { nameId: handles.sealHandle({ ...facts, party: record.id }), format: nameIdFormats.transient },
      contextClass: facts.level,
      authenticatedAt: facts.authenticatedAt,
      key: signingKey(),
      now: now(),
      lifetimeMs: facts.expiresAt - now(),
    });
    return buildEndpointReference({
      address: soapUrl,
      providerId: entityId,
      serviceType: discoveryServiceType,
      securityMechId: securityMechanismAt(soapUrl),
      token,
    });
  }

  return { bootstrapFor };
}

/**
 * The key that a token for this party is bound to. Of several, as during a rollover, the one it signed with last: its
 * own request for the sign-in has just shown which that is. A party that never signed holds the first.
 */
export async function holderOf(
  record: ProviderRecord,
  { registry, keyUses }: Pick<BootstrapOptions, 'registry' | 'keyUses'>,
): Promise<{ readonly holderKey: VerificationKey | undefined; readonly providerId: string }> {
  const { keys, providerId } = await messagePartyOf(registry, providerIdOf(record));
  const prints = keys.map(({ fingerprint }) => fingerprint);
  const latest = keys.length > 1 ? await keyUses.latest(record.id, prints) : undefined;
  return { holderKey: keys.find(({ fingerprint }) => fingerprint === latest) ?? keys[0], providerId };
}

/** The trial has no TLS. */
export const securityMechanismAt = (url: string): string =>
  url.startsWith('https:') ? securityMechanisms.tls : securityMechanisms.plain;

export type Bootstrap = ReturnType<typeof createBootstrap>;
