import { dayIn } from '../../lib/time.ts';
import { createAttributes } from '../attributes.ts';
import { type PartyOptions, type RunningParty, startRelyingParty } from '../relying-party.tsx';
import { createSamlProtocol, type SamlProtocol } from '../saml.ts';
import { copy } from './copy.ts';
import { addPortalPages } from './pages.tsx';

export interface PortalOptions extends PartyOptions {
  readonly idpMetadataUrl: string;
  /** Seals the party's private key; 32 bytes. */
  readonly sealingKey: Uint8Array;
}

const purpose = {
  ja: '健康保険、年金、健診などの自分の情報を、ひとつの入口で見られるサービスです。',
  en: 'Your own health insurance, pension and checkup records at one place.',
};

/** The resident portal: one place for a resident's own records. Speaks SAML 2.0. */
export function startPortal(options: PortalOptions): Promise<RunningParty> {
  const { idpMetadataUrl, sealingKey, name, trial, origin, timeZone, log, now = Date.now } = options;
  const kind = {
    owner: 'sanuki-portal',
    level: 'urn:x-sanuki:ac:card-pin',
    purpose,
    first: copy.menu,
    protocol: (host, storage) => createSamlProtocol({ host, storage, sealingKey, name, trial, idpMetadataUrl }),
    pages: async (shell, { identity }) =>
      addPortalPages(shell, {
        attributes: createAttributes(identity, { trial, log, now }),
        origin,
        hubOrigin: new URL(idpMetadataUrl).origin,
        timeZone,
        dayOf: dayIn(timeZone),
        now,
      }),
  } satisfies Parameters<typeof startRelyingParty<SamlProtocol>>[0];
  return startRelyingParty<SamlProtocol>(kind, options);
}
