import { createRemoteJWKSet } from 'jose';
import { createLog } from '../lib/log.ts';
import { trialAddresses } from './addresses.ts';
import { readBodyKey } from './bodies/body-key.ts';
import { createHoldings } from './bodies/holdings.ts';
import { createHubKeys } from './bodies/hub-keys.ts';
import { createHubTokenCheck } from './bodies/hub-token.ts';
import { jsonEndpoint } from './bodies/json-endpoint.ts';
import { type BodyOptions, startBody } from './bodies/main.tsx';
import { openRecords, recordsFileOf } from './bodies/records.ts';
import { endpointOf } from './bodies/registration.ts';
import { soapEndpoint } from './bodies/soap-endpoint.ts';
import { type ChildStart, runChild } from './child.ts';
import { type BodyId, bodies, bodyIds } from './insurers.ts';

/** The sample bodies: three servers in one process of their own, which the hub reaches over the network only. */
runChild(async ({ data, base, service }: ChildStart) => {
  const { bodies: addresses, hub } = trialAddresses(base);
  const { operator, support, timeZone } = service;
  const now = Date.now;
  const log = createLog({ name: 'bodies', level: 'warn' });
  const keys = createRemoteJWKSet(new URL(`${hub.origin}/oidc/jwks`));
  const hubKeys = createHubKeys(`${hub.origin}/saml/metadata`, now);

  async function endpointFor(body: BodyId): Promise<BodyOptions['endpoint']> {
    const { id, kind, name } = bodies[body];
    const { address, path, providerId } = endpointOf(body, addresses[body].origin);
    const holdings = createHoldings({ records: openRecords(recordsFileOf(data, body)), timeZone, now });
    if (kind === 'json') {
      const check = createHubTokenCheck({ issuer: hub.origin, audience: id, keys, now });
      return { path, signs: false, answer: jsonEndpoint({ check, holdings, log }) };
    }
    const privateKey = await readBodyKey(data, body);
    const key = { privateKey, algorithm: 'rsa-sha256' } as const;
    const answer = soapEndpoint({ id, name, providerId, address, key, hub: hubKeys, holdings, log, now });
    return { path, signs: true, answer };
  }

  const running = await Promise.all(
    bodyIds.map(async (body) => {
      const { origin, port } = addresses[body];
      const endpoint = await endpointFor(body);
      const listen = { host: '127.0.0.1', port };
      return startBody({ origin, listen, name: bodies[body].name, operator, support, log, endpoint });
    }),
  );
  return async () => {
    await Promise.all(running.map((body) => body.close()));
  };
});
