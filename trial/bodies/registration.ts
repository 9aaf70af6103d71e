import type { Settings } from '../../config/index.ts';
import type { TrialAddresses } from '../addresses.ts';
import { type BodyId, bodies, bodyIds } from '../insurers.ts';
import { prepareBodyKey } from './body-key.ts';

/** Where a body is asked, and under which providerID it answers where it speaks ID-WSF. */
export function endpointOf(body: BodyId, origin: string): { path: string; address: string; providerId: string } {
  const { id, kind } = bodies[body];
  const path = kind === 'json' ? '/coverage' : '/soap';
  return { path, address: `${origin}${path}`, providerId: `urn:x-sanuki:trial:body:${id}` };
}

/** The bodies as the hub's settings name them. Makes their keys at the first start. */
export async function registeredBodies(
  data: string,
  addresses: TrialAddresses['bodies'],
): Promise<Settings['sources']> {
  return Promise.all(
    bodyIds.map(async (body) => {
      const { id, kind, name } = bodies[body];
      const { address, providerId } = endpointOf(body, addresses[body].origin);
      const common = { id, name, address, deadlineMs };
      if (kind === 'json') return { kind, ...common };
      const key = await prepareBodyKey(data, body);
      return { kind, ...common, providerId, publicKey: String(key.export({ type: 'spki', format: 'pem' })) };
    }),
  );
}

const deadlineMs = 1500;
