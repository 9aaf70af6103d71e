import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Consent,
  type ConsentRequest,
  consentCollection,
  consentRequestCollection,
  createConsentRequests,
} from '../../attribute-service/index.ts';
import { type CardRecord, cardCollection } from '../../card-auth/index.ts';
import { openEmbeddedStorage } from '../../storage/index.ts';
import { sanuki, startTrialProcess, type TrialProcess } from '../flows/trial.ts';

describe('sanuki sign-in at the consent page', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  before(async () => {
    trial = await startTrialProcess();
  });
  after(async () => {
    await trial.stop();
    await trial.clean();
  });

  /** What a party's refused query leaves, for the resident of the first card. */
  async function question(): Promise<string> {
    const storage = openEmbeddedStorage({ file: join(trial.data, 'hub.sqlite') });
    const requests = createConsentRequests({ requests: storage.collection<ConsentRequest>(consentRequestCollection) });
    const { id } = await requests.open({
      residentRef: await residentOf(storage, trial.summary.cards[0]?.number ?? ''),
      party: 'oidc:phr',
      partyName: { ja: 'PHR', en: 'PHR' },
      types: ['coverage'],
      purpose: 'urn:x-sanuki:purpose:self-view',
      messageId: 'urn:uuid:c11',
      returnOrigins: [trial.summary.phr],
    });
    await storage.close();
    return `${trial.summary.hub}/consent/${id}?${new URLSearchParams({ ReturnToURL: `${trial.summary.phr}/coverage` })}`;
  }

  async function residentOf(storage: ReturnType<typeof openEmbeddedStorage>, number: string): Promise<string> {
    const { records } = await storage.collection<CardRecord>(cardCollection).find({ where: { number } });
    return records[0]?.residentRef ?? '';
  }

  async function consents(): Promise<readonly Consent[]> {
    const storage = openEmbeddedStorage({ file: join(trial.data, 'hub.sqlite') });
    const { records } = await storage.collection<Consent>(consentCollection).find();
    await storage.close();
    return records;
  }

  const jar = () => join(trial.data, `${Math.random()}.txt`);
  const signIn = (page: string, cookies: string, card = trial.summary.cards[0], ...more: string[]) =>
    sanuki(
      'sign-in',
      ...Object.entries({ page, cookies, card: card?.number ?? '', pin: card?.pin ?? '', data: trial.data }).flatMap(
        ([option, value]) => [`--${option}`, value],
      ),
      ...more,
    );

  it('presents the card, agrees to what is asked for the shortest period, and says where the browser goes', async () => {
    const { code, out, errors } = await signIn(await question(), jar());
    expect([code, errors]).to.deep.equal([0, '']);
    expect(JSON.parse(out)).to.deep.equal({ next: `${trial.summary.phr}/coverage?ResendMessage=urn%3Auuid%3Ac11` });
    const [consent] = await consents();
    expect(consent).to.deep.include({ party: 'oidc:phr', types: ['coverage'] });
    expect(consent?.sessionId, 'only during this sign-in').to.be.a('string');
  });

  it('declines when told to', async () => {
    const before = (await consents()).length;
    const cookies = jar();
    const { out } = await signIn(await question(), cookies, trial.summary.cards[0], '--decline');
    expect(JSON.parse(out).next).to.equal(`${trial.summary.phr}/coverage?ResendMessage=0`);
    expect(await consents()).to.have.length(before);
    expect(await readFile(cookies, 'utf8')).to.include('sanuki-hub-session');
    await rm(cookies);
  });

  it('is told when the card is another resident’s', async () => {
    const { code, errors } = await signIn(await question(), jar(), trial.summary.cards[1]);
    expect(code).to.equal(1);
    expect(errors).to.match(/OTHER_RESIDENT \(trace [0-9A-F]{10}\)/);
  });

  it('shows the resident’s own page, which asks for nothing', async () => {
    const { out } = await signIn(`${trial.summary.hub}/account`, jar());
    const { page, html } = JSON.parse(out);
    expect(page).to.equal(`${trial.summary.hub}/account`);
    expect(html).to.include('アクセス履歴');
  });
});
