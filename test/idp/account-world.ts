import { type Access, catalogue } from '../../attribute-service/index.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser } from './world.ts';

const selfView = 'urn:x-sanuki:purpose:self-view';
/** Bodies that are never asked here: their names are on the pages. */
const sources = [
  { id: 'takamatsu', kind: 'json', name: { ja: '高松市国保', en: 'Takamatsu city' }, address: 'http://127.0.0.1:9/a' },
  { id: 'kyokai', kind: 'json', name: { ja: '協会けんぽ', en: 'Kyokai Kenpo' }, address: 'http://127.0.0.1:9/b' },
];
export const returnTo = 'https://portal.example/coverage?tab=1';

/** A hub with two residents and a portal whose queries leave questions; the clock can be moved. */
export async function startAccountWorld() {
  let ahead = 0;
  const hub = await startTestHub({ more: { sources }, now: () => Date.now() + ahead });
  const { origin, attributes } = hub;
  const cards = {
    r1: await issueCard(hub),
    r2: await issueCard(hub, { residentRef: 'r2', number: '1234567890124', pin: '593811' }),
  };
  const name = { ja: 'ポータル', en: 'Portal' };
  const party = 'oidc:portal';
  await hub.registry.register({
    protocol: 'oidc',
    key: 'portal',
    name,
    status: 'approved',
    contract: { attributes: ['coverage'] },
    settings: {},
    oidc: { metadata: { redirect_uris: ['https://portal.example/cb'] } },
  });

  /** What a refused query leaves. */
  async function open(more: object = {}) {
    const request = await attributes.consentRequests.open({
      residentRef: 'r1',
      party,
      partyName: name,
      types: ['coverage', 'eligibility'],
      purpose: selfView,
      messageId: 'urn:uuid:5e1',
      returnOrigins: ['https://portal.example'],
      ...more,
    });
    return { ...request, page: pageOf(request.id) };
  }

  const pageOf = (id: string, to = returnTo) => `${origin}/consent/${id}?${new URLSearchParams({ ReturnToURL: to })}`;

  /** A browser whose resident presents the card when a page asks for it. */
  async function signedIn(resident: keyof typeof cards = 'r1', page = `${origin}/account`) {
    const own = browser();
    const prompt = await own.visit(page);
    const at = await own.visit(await signInAt(own, prompt.url, cards[resident]));
    return { ...own, at };
  }

  const post = (own: Pick<TestBrowser, 'request'>, url: string, fields: string[][], headers: object = {}) =>
    own.request(url, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...headers },
    });

  /** The page's own form, filled in and sent. */
  async function answer(own: Pick<TestBrowser, 'request'>, page: string, fields: string[][], headers: object = {}) {
    const token = csrfIn(await (await own.request(page)).text());
    return post(own, page, [['csrf', token], ...fields], headers);
  }

  const record = (more: Partial<Access> = {}) =>
    attributes.accessLog.record({
      about: 'r1',
      party,
      partyName: name,
      purpose: selfView,
      types: ['coverage'],
      result: 'released',
      sources: [],
      level: 'urn:x-sanuki:ac:card-pin',
      ...more,
    });

  const consentsOf = async (residentRef = 'r1') =>
    (await attributes.consents.list(residentRef)).map(({ consent, state }) => ({ ...consent, state }));
  const pass = (ms: number) => {
    ahead += ms;
  };
  return { ...hub, cards, party, open, pageOf, signedIn, post, answer, record, consentsOf, pass };
}

export type AccountWorld = Awaited<ReturnType<typeof startAccountWorld>>;

export const csrfIn = (html: string) => attributeIn(html, /name="csrf" value="([^"]+)"/);
export const agreeTo = (period: string, ...types: string[]) => [
  ['decision', 'agree'],
  ['period', period],
  ...types.map((type) => ['types', type]),
];
export const decline = [['decision', 'decline']];
export const { coverage } = catalogue;
