import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createBroker, type Source } from '../../attribute-service/index.ts';
import { readHubFile } from '../../cli/hub-file.ts';
import { openFederation, openGround } from '../../idp/index.ts';
import { openSources } from '../../idp/sources.ts';
import { registeredBodies } from '../../trial/bodies/registration.ts';
import { trialAddresses } from '../../trial/index.ts';
import { bodies } from '../../trial/insurers.ts';
import { trialResidents } from '../../trial/residents.ts';
import { refusal } from '../refusal.ts';
import { setFault } from '../trial/bodies/world.ts';
import { startTrialProcess, type TrialProcess } from './trial.ts';

const { nhi, kyokai, others } = bodies;

describe('the sample bodies of a started trial', function () {
  this.timeout(60_000);
  let trial: TrialProcess;
  let hub: Awaited<ReturnType<typeof openHubBeside>>;
  before(async () => {
    trial = await startTrialProcess();
    hub = await openHubBeside(trial);
  });
  after(async () => {
    await hub?.close();
    await trial?.stop();
    await trial?.clean();
  });

  /** The running hub's keys, links and sources, as the hub itself has them. */
  async function openHubBeside({ data, base }: TrialProcess) {
    const now = Date.now;
    const settings = {
      ...(await readHubFile(data)),
      sources: await registeredBodies(data, trialAddresses(base).bodies),
    };
    const ground = await openGround({ settings, now });
    const { keys, links } = await openFederation(ground, { settings, now });
    const sources = await openSources({ settings, keys, entityId: `${settings.origin}/saml/metadata`, now });
    const close = async () => {
      await ground.close();
    };
    return { sources, links, close };
  }

  const sourceOf = (id: string): Source => {
    const source = hub.sources.find((one) => one.id === id);
    if (!source) throw new Error(`no source ${id}`);
    return source;
  };

  async function ask(body: { id: string }, residentRef: string) {
    return sourceOf(body.id).fetch({
      type: 'coverage',
      subject: await hub.links.pseudonymFor(residentRef, body.id),
      purpose: 'urn:x-sanuki:purpose:self-view',
      requestId: 'request-1',
      signal: AbortSignal.timeout(10_000),
    });
  }
  const numbers = async (body: { id: string }, residentRef: string) =>
    (await ask(body, residentRef)).coverages.map(({ insurerNumber }) => insurerNumber);

  it('answer the hub, each about its own insured, under links that the hub made', async () => {
    expect(await numbers(kyokai, 'P001')).to.deep.equal(['01370014']);
    expect([await numbers(nhi, 'P012'), await numbers(kyokai, 'P012')]).to.deep.equal([['370015'], ['01370014']]);
    expect([await numbers(nhi, 'P032'), await numbers(others, 'P032')]).to.deep.equal([['370015'], ['34379982']]);
    for (const body of [nhi, kyokai, others]) expect(await numbers(body, 'P033'), body.id).to.deep.equal([]);
    const pseudonyms = await Promise.all([nhi, kyokai].map(({ id }) => hub.links.pseudonymFor('P012', id)));
    expect(new Set(pseudonyms).size).to.equal(2);
  });

  it('fail one at a time', async () => {
    await setFault(trial.summary.bodies.nhi, { mode: 'unsigned' });
    expect(await refusal(ask(nhi, 'P012'))).to.equal('SOURCE_GARBLED');
    expect(await numbers(kyokai, 'P012')).to.deep.equal(['01370014']);
    await setFault(trial.summary.bodies.nhi, { mode: 'none' });
    expect(await numbers(nhi, 'P012')).to.deep.equal(['370015']);
  });

  it('never hide what another one said, however they misbehave, and never show one person another', async () => {
    const { id, name, sex, birthDate } = trialResidents.find((one) => one.id === 'P012') ?? expect.fail();
    const { sources, links } = hub;
    const askWhile = (mode: string) => {
      const patience = (source: Source) => (mode === 'hang' && source.id === nhi.id ? 200 : 10_000);
      const broker = createBroker({ sources, links, deadline: (source) => AbortSignal.timeout(patience(source)) });
      const asked = { purpose: 'urn:x-sanuki:purpose:self-view', type: 'coverage' };
      return broker.ask({ residentRef: id, name, sex, birthDate }, asked);
    };
    const states = {
      none: 'answered',
      garbage: 'garbled',
      unsigned: 'garbled',
      'other-person': 'garbled',
      'mixed-records': 'garbled',
      refuse: 'refused',
      close: 'silent',
      hang: 'silent',
    };
    for (const [mode, state] of Object.entries(states)) {
      await setFault(trial.summary.bodies.nhi, { mode });
      const answer = await askWhile(mode);
      expect(Object.fromEntries(answer.sources.map((one) => [one.id, one.state])), mode).to.deep.equal({
        [nhi.id]: state,
        [kyokai.id]: 'answered',
      });
      const said = answer.coverages.map(({ insurerNumber, birthDate: born }) => [insurerNumber, born]);
      const own = state === 'answered' ? [['370015', birthDate]] : [];
      expect(said, mode).to.deep.equal([...own, ['01370014', birthDate]]);
    }
    await setFault(trial.summary.bodies.nhi, { mode: 'none' });
  });

  it('keep their key and records to the account that runs them', () => {
    const folder = join(trial.data, 'bodies');
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).to.deep.equal({
      'kyokai.json': 0o600,
      'nhi.json': 0o600,
      'nhi.key.pem': 0o600,
      'others.json': 0o600,
    });
  });

  it('leave nothing of their records in the hub’s store, and nothing in anybody’s log', async () => {
    const values = ['3000999', '14422412', '瀬戸内バス'];
    const store = readdirSync(trial.data).filter((name) => name.startsWith('hub.sqlite'));
    expect(store).to.not.be.empty;
    for (const name of store) {
      const bytes = readFileSync(join(trial.data, name));
      for (const value of values) expect(bytes.includes(value), `${value} in ${name}`).to.equal(false);
    }
    const log = trial.errors.join('');
    for (const value of [...values, 'バス セイジ', await hub.links.pseudonymFor('P001', kyokai.id)])
      expect(log).to.not.include(value);
  });

  it('stand in the printed line beside the cards for the counter', () => {
    expect(trial.summary.cards.map(({ resident }) => resident)).to.deep.equal(['P032', 'P001', 'P040']);
    expect(trial.summary.patients.map(({ resident }) => resident)).to.deep.equal([
      'P003',
      'P012',
      'P013',
      'P014',
      'P033',
      'P037',
      'P008',
      'P010',
    ]);
    const numbersOf = [...trial.summary.cards, ...trial.summary.patients].map(({ number }) => number);
    expect(new Set(numbersOf).size).to.equal(11);
  });
});
