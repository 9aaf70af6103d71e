import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PartySession, partySessionCollection, type StaffRecord } from '../../relying-parties/sign-ins.ts';
import { openEmbeddedStorage } from '../../storage/index.ts';
import { attributeIn, browser, type TestBrowser } from '../idp/world.ts';
import { sanuki, startTrialProcess, type TrialProcess } from './trial.ts';

const parties = ['portal', 'kmix', 'phr', 'clinic'] as const;
type Party = (typeof parties)[number];

describe('staff of the trial on their way through all four parties', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  let folder = '';
  before(async () => {
    trial = await startTrialProcess();
    folder = await mkdtemp(join(tmpdir(), 'sanuki-staff-'));
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
    await rm(folder, { recursive: true });
  });

  /** Signs in once with this person's card and visits every party; returns what each of them knows afterwards. */
  async function journey(resident: string): Promise<Record<Party, StaffRecord | undefined>> {
    const card = trial.summary.cards.find((one) => one.resident === resident);
    const tab = browser();
    const jar = join(folder, `${resident}.txt`);
    const known: Partial<Record<Party, StaffRecord | undefined>> = {};
    for (const [at, party] of parties.entries()) {
      const start = await tab.request(`${trial.summary[party]}/sign-in`);
      const page = start.headers.get('location') ?? '';
      // After the first time the cookies alone lead through: a wrong PIN would be refused.
      const pin = at === 0 ? (card?.pin ?? '') : '000000';
      const common = ['--page', page, '--cookies', jar, '--data', trial.data];
      // K-MIX asks for a key beside the card: bound at the first visit.
      const own = ['--card', card?.number ?? '', '--pin', pin, ...(party === 'kmix' ? ['--bound'] : [])];
      const result = await sanuki('sign-in', ...common, ...own);
      expect(result.code, `${party}: ${result.errors}`).to.equal(0);
      await finish(tab, JSON.parse(result.out));
      known[party] = await latestSession(party);
    }
    return known as Record<Party, StaffRecord | undefined>;
  }

  /** Takes the hub's answer to the party, as the browser does. */
  async function finish(tab: TestBrowser, { next, html = '' }: { next?: string; html?: string }): Promise<void> {
    if (next) await tab.visit(next);
    else {
      const action = attributeIn(html, /<form method="post" action="([^"]+)"/);
      const fields = ['SAMLResponse', 'RelayState'].map(
        (name) => [name, attributeIn(html, new RegExp(`name="${name}" value="([^"]*)"`))] as [string, string],
      );
      const answered = await tab.request(action, { method: 'POST', body: new URLSearchParams(fields) });
      await tab.visit(new URL(answered.headers.get('location') ?? '', action).href);
    }
  }

  /** The staff record of the party's newest session, from its own store. */
  async function latestSession(party: Party): Promise<StaffRecord | undefined> {
    const storage = openEmbeddedStorage({ file: join(trial.data, 'parties', `${party}.sqlite`) });
    const { records } = await storage.collection<PartySession>(partySessionCollection).find({ limit: 100 });
    await storage.close();
    const [newest] = records.toSorted((a, b) => b.expiresAt - a.expiresAt);
    expect(newest, `${party} has a session`).to.be.an('object');
    return newest?.signedIn.staff;
  }

  it('P032 is a doctor and a receptionist where the contract says so, and just a resident elsewhere', async () => {
    const { portal, kmix, phr, clinic } = await journey('P032');
    const staff = {
      roles: ['doctor', 'receptionist'],
      licence: '医師',
      facility: { code: '3719999901', name: '春日みなと医院' },
    };
    expect(kmix).to.deep.equal(staff);
    expect(clinic).to.deep.equal(staff);
    expect([portal, phr]).to.deep.equal([undefined, undefined]);
  });

  it('P040 is no member of staff, anywhere', async () => {
    expect(Object.values(await journey('P040'))).to.deep.equal([undefined, undefined, undefined, undefined]);
  });
});
