import { join } from 'node:path';
import { createLog } from '../lib/log.ts';
import { type PartyOptions, startClinic, startKMix, startPhr, startPortal } from '../relying-parties/index.ts';
import { type CounterId, counterId, type PartyId, partyIds, partyNames, trialAddresses } from './addresses.ts';
import { type ChildStart, runChild } from './child.ts';
import { partiesFolderOf, partySecret } from './party-files.ts';
import { clinicFacility } from './staff.ts';

/** The four relying parties of the trial in one process of their own: they reach the hub over the network only. */
runChild(async ({ data, base, service }: ChildStart) => {
  const addresses = trialAddresses(base);
  const log = createLog({ name: 'parties', level: 'warn' });
  const common = (id: PartyId): PartyOptions => ({
    origin: addresses[id].origin,
    listen: { host: '127.0.0.1', port: addresses[id].port },
    store: join(partiesFolderOf(data), `${id}.sqlite`),
    name: partyNames[id],
    operator: service.operator,
    support: service.support,
    timeZone: service.timeZone,
    trial: true,
    links: partyIds
      .filter((other) => other !== id)
      .map((other) => ({ name: partyNames[other], url: `${addresses[other].origin}/sign-in` })),
    log,
  });
  const sealingKey = await partySecret(data, 'sealing');
  const saml = { idpMetadataUrl: `${addresses.hub.origin}/saml/metadata`, sealingKey };
  const registration = async (id: PartyId | CounterId) => ({
    clientId: id,
    clientSecret: (await partySecret(data, id)).toString('base64url'),
  });
  const oidc = async (id: PartyId) => ({ issuer: addresses.hub.origin, ...(await registration(id)) });
  const running = await Promise.all([
    startPortal({ ...common('portal'), ...saml }),
    startKMix({ ...common('kmix'), ...saml }),
    startPhr({ ...common('phr'), ...(await oidc('phr')) }),
    startClinic({
      ...common('clinic'),
      ...(await oidc('clinic')),
      ...saml,
      counter: await registration(counterId),
      facilityCode: clinicFacility.code,
    }),
  ]);
  return async () => {
    await Promise.all(running.map((party) => party.close()));
  };
});
