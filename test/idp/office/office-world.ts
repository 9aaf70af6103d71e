import { join } from 'node:path';
import { type CardRecord, type Resident, residentCollection } from '../../../card-auth/index.ts';
import type { Role } from '../../../idp/admin/roles.ts';
import { type JournalRecord, openEmbeddedStorage } from '../../../storage/index.ts';
import { makeSoftwareCard } from '../../../trial/index.ts';
import { attributeIn, browser, issueCard, signInAt, startTestHub, type TestBrowser } from '../world.ts';

const yearMs = 365 * 24 * 3_600_000;
const officers = {
  officer: 'card-office',
  colleague: 'card-office',
  second: 'second-officer',
  support: 'support',
  helper: 'support',
  auditor: 'auditor',
} as const satisfies Record<string, Role>;
export type Officer = keyof typeof officers;

const address = { postal: '760-9904', municipality: '高松市', town: '太田上町', block: '4番地' };
export const people: readonly Resident[] = [
  ['P004', '髙橋 健一', 'タカハシ ケンイチ', 1, '1984-03-02'],
  ['P006', '髙橋 蒼', 'タカハシ アオ', 1, '2018-05-05'],
  ['P007', '髙橋 葵', 'タカハシ アオイ', 1, '2018-05-05'],
].map(([id, kanji, kana, sex, birthDate]) => ({
  id: String(id),
  name: { kanji: String(kanji), kana: String(kana) },
  sex: sex as 1,
  birthDate: String(birthDate),
  address,
  synthetic: true,
}));

/** What form 1 of P004 says, as it is sent. */
export const form1 = {
  kanji: '髙橋 健一',
  kana: 'タカハシ ケンイチ',
  birthDate: '昭和59年3月2日',
  sex: '1',
  postal: '760-9904',
  municipality: '高松市',
  town: '太田上町',
  block: '4番地',
  channel: 'public',
  insurerType: 'municipal',
};

const employers = [{ code: 'E-001', name: { ja: '玉藻製作所', en: 'Tamamo Works' } }];
const limits = { pages: { points: 100_000 }, signIn: { points: 100_000 } };

/** A hub with a register, two officers, a second one, two of the support, and an auditor; the clock can be moved. */
export async function startOfficeWorld({ more = {} }: { readonly more?: object } = {}) {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const hub = await startTestHub({
    now,
    more: { limits, cardOffice: { employers }, ...more },
    station: makeSoftwareCard,
  });
  const { origin, administrators, credential } = hub;
  const cards = new Map<string, Awaited<ReturnType<typeof issueCard>>>();
  const ids = new Map<string, string>();
  for (const [at, [name, role]] of Object.entries(officers).entries()) {
    cards.set(name, await issueCard(hub, { residentRef: name, number: `123456789012${at}` }));
    const granted = { residentRef: name, roles: [role], until: now() + yearMs, invitedBy: 'command' };
    ids.set(name, (await administrators.grant(granted)).id);
  }
  for (const person of people) await credential.residents.insert(person);

  async function signedIn(name: Officer, page = '/admin'): Promise<TestBrowser> {
    const own = browser();
    const prompt = await own.visit(`${origin}${page}`);
    const card = cards.get(name);
    if (!card) throw new Error('no card');
    card.card.power();
    await own.visit(await signInAt(own, prompt.url, card));
    return own;
  }

  /** Form 1 to the task for a card, as far as the pages are not what is tried. */
  async function approvedTask(): Promise<string> {
    const { applications, approvals } = hub.cardOffice;
    const [person] = people;
    if (!person?.address) throw new Error('no person');
    const basic = { ...person, address: person.address };
    const [one, two] = [ids.get('officer') ?? '', ids.get('second') ?? ''];
    const { id } = await applications.enter({ basic, channel: 'public', insurers: [] }, one);
    await applications.compared(id, { by: one, seen: 1 }, [{ ...basic, reference: person.id }]);
    const chosen = { chosen: person.id, evidence: 'passport' } as const;
    const forwarded = await applications.forward(id, { by: one, seen: 2 }, chosen);
    await approvals.approve(forwarded, { by: two, seen: 3, reason: 'x' });
    return `application.${id}`;
  }

  /** A card of the person in form 1, with a PIN, as the office gave it out. */
  const holderCard = () => issueCard(hub, { residentRef: 'P004', number: '9876543210123', person: false });

  const page = async (own: Pick<TestBrowser, 'request'>, path: string, language = 'ja') => {
    const response = await own.request(`${origin}${path}`, { headers: { 'accept-language': language } });
    return { status: response.status, html: await response.text() };
  };

  /** Sends a form of a page: its token and what it shows as seen, and the fields. */
  async function send(own: TestBrowser, from: string, to: string, fields: object, headers: object = {}) {
    const { html } = await page(own, from);
    const hidden = {
      csrf: attributeIn(html, /name="csrf" value="([^"]+)"/),
      seen: attributeIn(html, /name="seen" value="(\d+)"/),
    };
    return own.request(`${origin}${to}`, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, ...fields }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', origin, ...headers },
    });
  }

  async function upload(own: TestBrowser, from: string, to: string, file: Uint8Array) {
    const { html } = await page(own, from);
    const form = new FormData();
    form.append('csrf', attributeIn(html, /name="csrf" value="([^"]+)"/));
    form.append('seen', attributeIn(html, /name="seen" value="(\d+)"/));
    form.append('picture', new Blob([new Uint8Array(file)]), 'face.png');
    const encoded = new Response(form);
    const type = encoded.headers.get('content-type') ?? '';
    return own.request(`${origin}${to}`, {
      method: 'POST',
      body: await encoded.bytes(),
      headers: { 'content-type': type, accept: 'application/json', origin },
    });
  }

  /** What was refused; a page that came instead says so with its status. */
  const codeOf = async (response: Response): Promise<string> => {
    const text = await response.text();
    return text.startsWith('{') ? String((JSON.parse(text) as { code?: string }).code) : `status ${response.status}`;
  };

  async function audited(type: string) {
    const storage = openEmbeddedStorage({ file: join(hub.data, 'hub.sqlite') });
    const { records } = await storage.collection<JournalRecord>({ name: 'journal-audit' }).find({ limit: 1000 });
    await storage.close();
    return records.map(({ entry }) => entry).filter((entry) => entry.type === type);
  }

  /** As an import of the register would. */
  async function changeResident(id: string, change: (current: Resident) => Resident): Promise<void> {
    const storage = openEmbeddedStorage({ file: join(hub.data, 'hub.sqlite') });
    await storage.collection<Resident>(residentCollection).update(id, change);
    await storage.close();
  }

  /** Cards as an import leaves them, in the order of the residents; ids and numbers count up from `first`. */
  async function imported(residents: readonly string[], first = 1, at = now()): Promise<readonly CardRecord[]> {
    const fresh = { status: 'issued', lastWcnt: 0, lastTapAt: 0, unfinished: [] } as const;
    const delivered = residents.map((residentRef, count) => ({
      ...fresh,
      id: `imported-${first + count}`,
      number: String(4_000_000_000_000 + first + count),
      residentRef,
      ckv: 1,
      issuedAt: at,
      expiresOn: now() + yearMs,
      software: true,
    }));
    await Promise.all(delivered.map((card) => credential.cards.insert(card)));
    return delivered;
  }

  const pass = (ms: number) => {
    ahead += ms;
  };
  const acts = {
    approvedTask,
    holderCard,
    changeResident,
    imported,
    signedIn,
    page,
    send,
    upload,
    codeOf,
    audited,
    pass,
  };
  return { ...hub, ...acts, cards, ids, now };
}

export type OfficeWorld = Awaited<ReturnType<typeof startOfficeWorld>>;
