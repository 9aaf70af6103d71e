import { type PartyOptions, type RunningParty, startRelyingParty } from '../relying-party.tsx';
import { createSamlProtocol } from '../saml.ts';

export interface KMixOptions extends PartyOptions {
  readonly idpMetadataUrl: string;
  /** Seals the party's private key; 32 bytes. */
  readonly sealingKey: Uint8Array;
}

const purpose = {
  ja: '医療従事者が、離れた医療機関と患者の画像や記録を見ながら相談するためのサービスです。',
  en: 'Medical staff consult other hospitals over images and records.',
};

/** K-MIX, the telemedicine network of the region: for medical staff. Speaks SAML 2.0. */
export function startKMix(options: KMixOptions): Promise<RunningParty> {
  const { idpMetadataUrl, sealingKey, name, trial } = options;
  const kind = {
    owner: 'sanuki-k-mix',
    level: 'urn:x-sanuki:ac:card-pin',
    purpose,
    protocol: (host, storage) => createSamlProtocol({ host, storage, sealingKey, name, trial, idpMetadataUrl }),
  } satisfies Parameters<typeof startRelyingParty>[0];
  return startRelyingParty(kind, options);
}
