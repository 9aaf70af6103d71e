import { join } from 'node:path';
import type { Role } from '../../idp/admin/roles.ts';
import { type JournalRecord, openEmbeddedStorage } from '../../storage/index.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser } from './world.ts';

const yearMs = 365 * 24 * 3_600_000;
const people = ['registrar', 'approver', 'manager', 'auditor', 'resident', 'support', 'privacy', 'operator'] as const;
type Person = (typeof people)[number];
const rolesOf: Readonly<Record<Person, readonly Role[]>> = {
  registrar: ['registrar'],
  approver: ['approver'],
  manager: ['sp-administrator'],
  auditor: ['auditor'],
  resident: [],
  support: ['support'],
  privacy: ['privacy-officer'],
  operator: ['operator'],
};

/** A hub with administrators of the common roles and one resident without any; the clock can be moved. */
export async function startAdminWorld({ more = {} }: { more?: object } = {}) {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const hub = await startTestHub({
    now,
    more: { limits: { pages: { points: 100_000 }, signIn: { points: 100_000 } }, ...more },
  });
  const { origin, administrators } = hub;
  const cards = new Map<Person, Awaited<ReturnType<typeof issueCard>>>();
  const ids = new Map<Person, string>();
  for (const [at, person] of people.entries()) {
    cards.set(person, await issueCard(hub, { residentRef: person, number: `123456789012${at}` }));
    const roles = rolesOf[person];
    if (roles.length > 0)
      ids.set(
        person,
        (await administrators.grant({ residentRef: person, roles, until: now() + yearMs, invitedBy: 'command' })).id,
      );
  }

  /** A browser whose person presents the card when a page asks for it. */
  async function signedIn(person: Person, page = `${origin}/admin`) {
    const own = browser();
    const prompt = await own.visit(page);
    const card = cards.get(person);
    if (!card) throw new Error('no card');
    const at = await own.visit(await signInAt(own, prompt.url, card));
    return { ...own, at };
  }

  const textOf = async (own: Pick<TestBrowser, 'request'>, path: string, language = 'ja') =>
    (await own.request(new URL(path, origin).href, { headers: { 'accept-language': language } })).text();

  const post = (own: Pick<TestBrowser, 'request'>, path: string, fields: Fields, headers: object = {}) =>
    own.request(new URL(path, origin).href, {
      method: 'POST',
      body: new URLSearchParams(
        entriesOf(fields).map(([name, value]) => [name, typeof value === 'string' ? value : '']),
      ).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...headers },
    });

  /** As a browser sends a form that may carry a file. */
  const upload = async (own: Pick<TestBrowser, 'request'>, path: string, fields: Fields, headers: object = {}) => {
    const form = new FormData();
    for (const [name, value] of entriesOf(fields)) {
      if (typeof value !== 'string') form.append(name, value, 'picture');
      else if (name === 'file') form.append(name, new Blob([value]), 'metadata.xml');
      else form.append(name, value);
    }
    const encoded = new Response(form);
    return own.request(new URL(path, origin).href, {
      method: 'POST',
      body: await encoded.bytes(),
      headers: { 'content-type': encoded.headers.get('content-type') ?? '', origin, ...headers },
    });
  };

  const pass = (ms: number) => {
    ahead += ms;
  };

  async function audited(type: string) {
    const storage = openEmbeddedStorage({ file: join(hub.data, 'hub.sqlite') });
    const { records } = await storage.collection<JournalRecord>({ name: 'journal-audit' }).find({ limit: 1000 });
    await storage.close();
    return records.map(({ entry }) => entry).filter((entry) => entry.type === type);
  }

  return { ...hub, cards, ids, signedIn, textOf, post, upload, pass, audited, now };
}

export type Fields = Readonly<Record<string, string | Blob | readonly string[]>>;
const entriesOf = (fields: Fields): [string, string | Blob][] =>
  Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string | Blob] => [name, one]));

export type AdminWorld = Awaited<ReturnType<typeof startAdminWorld>>;
export const csrfIn = (html: string) => attributeIn(html, /name="csrf" value="([^"]+)"/);
