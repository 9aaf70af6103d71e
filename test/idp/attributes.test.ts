import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { activeCard } from '../card-auth/active-card.ts';
import { type AskingParty, askingAt, partyOf, selfView } from './asking-world.ts';
import { startTestHub, type TestHub } from './world.ts';

const secretNumber = '77418526';

describe('attributes over the hub’s SOAP endpoint', () => {
  let hub: TestHub;
  let at: ReturnType<typeof askingAt>;
  let portal: AskingParty;
  let other: AskingParty;
  /** How the body behaves: by default it answers about whom it is asked. */
  let behave: (subject: string) => object;
  const body = createServer((request, response) => {
    request.resume().on('end', () => {
      const [, payload = ''] = (request.headers.authorization ?? '').split('.');
      const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(behave(sub)));
    });
  });

  const coverage = {
    insurerNumber: '370015',
    insurerName: '市の国保',
    number: secretNumber,
    relation: 1,
    certificateClass: '01',
    name: '国分 大地',
    sex: 1,
    birthDate: '1990-11-30',
    qualifiedOn: '2010-02-22',
  };
  const honest = (subject: string) => ({ subject, asOf: new Date().toISOString(), coverages: [coverage] });

  before(async () => {
    body.listen(0, '127.0.0.1');
    await once(body, 'listening');
    const { port } = body.address() as { port: number };
    const source = { id: 'nhi', name: { ja: '市の国保', en: 'City NHI' }, kind: 'json' };
    hub = await startTestHub({ more: { sources: [{ ...source, address: `http://127.0.0.1:${port}/coverage` }] } });
    [portal, other] = await Promise.all([partyOf('one'), partyOf('two')]);
    at = askingAt(hub);
    for (const party of [portal, other]) await at.register(party);
    const person = { name: { kanji: '国分 大地' }, sex: 1, birthDate: '1990-11-30', synthetic: true } as const;
    await hub.credential.residents.insert({ id: 'r1', ...person });
    await hub.credential.cards.insert(activeCard({ id: 'c1', residentRef: 'r1' }));
    await hub.links.pseudonymFor('r1', 'nhi');
  });
  after(async () => {
    await hub.close();
    body.closeAllConnections();
    body.close();
  });
  beforeEach(() => {
    behave = honest;
  });

  it('are asked for with consent, given, logged, and gone with the consent at the next request', async () => {
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    expect(await at.ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'ActionNotAuthorized' });
    const asked = await at.ask(portal, bootstrap, { redirect: true });
    expect(asked.kind === 'interaction' && asked.url).to.match(new RegExp(`^${hub.origin}/consent/[\\w-]+$`));
    const consent = await at.agree(portal, session);
    const answer = await at.ask(portal, bootstrap);
    expect(answer.kind === 'answer' && answer.coverage?.coverages.map(({ number }) => number)).to.deep.equal([
      secretNumber,
    ]);
    await hub.hub.attributes.consents.withdraw('r1', consent.id);
    expect(await at.ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'ActionNotAuthorized' });
    const { accesses } = await hub.hub.attributes.accessLog.accessesOf('r1');
    expect(accesses.map(({ result }) => result)).to.deep.equal(['withheld', 'released', 'withheld', 'withheld']);
    expect(accesses[1]).to.include({ party: `saml:${portal.entityId}`, purpose: selfView, consent: consent.id });
  });

  it('end with the session and with the card, whatever tokens are still out', async () => {
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    await at.agree(portal, session);
    expect((await at.ask(portal, bootstrap)).kind).to.equal('answer');
    await hub.sessions.forget(session.id);
    expect(await at.ask(portal, bootstrap)).to.deep.equal({ kind: 'refused', code: 'InappropriateCredentials' });
  });

  it('are not for a party that came by another one’s bootstrap, nor does it hold anything that names the resident', async () => {
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    await at.agree(portal, session);
    expect(await at.ask(other, bootstrap)).to.deep.equal({ kind: 'refused', code: 'InappropriateCredentials' });
    const pseudonyms = await Promise.all(
      [`saml:${portal.entityId}`, `saml:${other.entityId}`, 'nhi'].map((party) => hub.links.pseudonymFor('r1', party)),
    );
    const { writeXml } = await import('../../lib/xml/index.ts');
    for (const identifier of ['r1<', 'c1<', ...pseudonyms]) expect(writeXml(bootstrap)).to.not.include(identifier);
  });

  it('of another person never come through, and of a body that is silent never hide the page', async () => {
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    await at.agree(portal, session);
    const stateNow = async () => {
      const answer = await at.ask(portal, bootstrap);
      if (answer.kind !== 'answer') throw new Error(answer.kind);
      return [answer.coverage?.coverages.length, answer.coverage?.sources.map(({ state }) => state)];
    };
    behave = (subject) => ({ ...honest(subject), coverages: [{ ...coverage, birthDate: '1990-11-29' }] });
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = () => honest('somebody-else');
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = () => ({ nonsense: true });
    expect(await stateNow()).to.deep.equal([0, ['garbled']]);
    behave = honest;
    expect(await stateNow()).to.deep.equal([1, ['answered']]);
  });

  it('leave no value in the store or the log, and every access leaves a mark', async () => {
    const { cookie, session } = await at.signIn();
    const bootstrap = await at.bootstrapFor(portal, cookie);
    await at.agree(portal, session);
    expect((await at.ask(portal, bootstrap)).kind).to.equal('answer');
    const files = ['hub.sqlite', 'hub.sqlite-wal'].map((name) => readFileSync(join(hub.data, name)));
    for (const held of [...files, Buffer.from(hub.logged.join(''))]) {
      expect(held.includes(secretNumber), 'a value of the body').to.equal(false);
      expect(held.includes('市の国保"'), 'a value of the body').to.equal(false);
    }
    expect(files.some((held) => held.includes(selfView))).to.equal(true);
  });

  it('garbage, a foreign envelope and an oversized message are refused as such, signed, without a 5xx', async () => {
    const post = (text: string, type = 'text/xml') =>
      fetch(`${hub.origin}/soap`, { method: 'POST', headers: { 'content-type': type }, body: text });
    for (const text of ['', '<', '<a/>', '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"/>']) {
      const response = await post(text);
      expect(response.status, text).to.be.within(400, 499);
      expect(await response.text()).to.include('IDStarMsgNotUnderstood');
      expect(response.headers.get('sanuki-trace')).to.match(/^[0-9A-F]{10}$/);
    }
    expect((await post('{}', 'application/json')).status).to.equal(415);
    expect((await post('a'.repeat(300_000))).status).to.equal(413);
    expect((await fetch(`${hub.origin}/soap`)).status).to.equal(405);
  });
});
