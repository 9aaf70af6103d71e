import { cardPin } from '../../federation/index.ts';
import { newTab, openSignOutWorld } from '../idp/sign-out-world.ts';
import { attributeIn } from '../idp/world.ts';
import type { Figure } from './measure.ts';

const rounds = 40;
const kinds = ['saml', 'oidc'] as const;

/** Ten parties of both protocols, two of them slower than anybody waits for: from the button to the page with the results. */
export async function benchSignOut(): Promise<Figure[]> {
  const world = await openSignOutWorld({ deadlineMs: 1000 });
  const names = Array.from({ length: 5 }, (_, at) => `party${at}`);
  for (const name of names) await Promise.all([world.addSaml(`saml${name}`), world.addClient(`oidc${name}`)]);
  for (const kind of kinds) world.servers.manners.set(`${kind}party0`, 'slow');
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await signOutOnce(world, names));
  await world.close();
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.ceil(share * times.length) - 1] ?? 0) / 1000;
  const common = { unit: 's', atMost: true } as const;
  return [
    { name: 'sign-out of ten parties, two slow: p50', value: at(0.5), target: 2, ...common },
    { name: 'sign-out of ten parties, two slow: p95', value: at(0.95), target: 3, ...common },
  ];
}

/** ms from pressing the button to the whole page. */
async function signOutOnce({ hub, first }: Awaited<ReturnType<typeof openSignOutWorld>>, names: readonly string[]) {
  const who = { residentRef: 'r1', cardId: first.cardId, level: cardPin, amr: ['hwk', 'pin'], at: Date.now() };
  const { session, cookie } = await hub.sessions.start(who);
  const since = { level: cardPin, since: Date.now() };
  for (const name of names) {
    const entityId = `https://saml${name}.example/saml`;
    const nameId = { value: `p-${name}`, format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' };
    const saml = { protocol: 'saml', nameIds: [nameId], sessionIndex: `_${name}`, ...since } as const;
    const oidc = { protocol: 'oidc', subject: `p-${name}`, sessionIndex: name, ...since } as const;
    await hub.sessions.join(session, `saml:${entityId}`, saml);
    await hub.sessions.join({ ...session, participants: {} }, `oidc:oidc${name}`, oidc);
  }
  const tab = newTab();
  await tab.jar.setCookie(`${hub.sessionCookie}=${cookie}`, hub.origin);
  const csrf = attributeIn(await (await tab.request(`${hub.origin}/sign-out`)).text(), /name="csrf" value="([^"]+)"/);
  const began = performance.now();
  const init = { method: 'POST', body: new URLSearchParams({ csrf }), headers: { origin: hub.origin } };
  const pressed = await tab.request(`${hub.origin}/sign-out`, init);
  const page = await tab.request(new URL(pressed.headers.get('location') ?? '', hub.origin).href);
  const outcomes = [...(await page.text()).matchAll(/data-outcome="(\w+)"/g)].map(([, outcome]) => outcome);
  if (outcomes.filter((one) => one === 'confirmed').length !== 8 || outcomes.length !== 10)
    throw new Error(`another result than eight of ten: ${outcomes.join(' ')}`);
  return performance.now() - began;
}
