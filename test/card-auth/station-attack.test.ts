import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { issuedMc } from '../../card-auth/client/card-layout.ts';
import { createRecipient } from '../../card-auth/client/index.ts';
import { readMac, sessionKey } from '../../card-auth/felica/lite-s-mac.ts';
import { deriveCardKey, extractedKey } from '../../card-auth/index.ts';
import { refusal } from '../refusal.ts';
import { askCk } from './station.ts';
import { idOn, masterKey, newStation, openStationWorld, type StationWorld } from './station-world.ts';

/** Each title says what the attacker holds; what is refused is what he still lacks. */
describe('the issuing station against an attacker', () => {
  let world: StationWorld;
  beforeEach(async () => {
    world = await openStationWorld();
  });

  const id = Uint8Array.from(randomBytes(16));

  it('who has an officer’s session but no station key: no key, and the task is not taken from the others', async () => {
    const stranger = await newStation();
    expect(await refusal(world.askFor(id, world.task, stranger))).to.equal('STATION_REFUSED');
    const named = { ...stranger, id: world.station.id };
    expect(await refusal(world.askFor(id, world.task, named)), 'in the name of another').to.equal('STATION_REFUSED');
    await world.stations.propose(stranger.publicKey, 'x', 'officer');
    expect(await refusal(world.askFor(id, world.task, stranger)), 'proposed is not enrolled').to.equal(
      'STATION_REFUSED',
    );
    expect(await world.issuances.get(world.task)).to.equal(undefined);
  });

  it('who held a station that was revoked: out with the next request, also in the middle of a card', async () => {
    world.loseAt((step) => (step === 'verify' ? 'request' : undefined));
    await world.make().catch(() => undefined);
    world.loseAt(undefined);
    await world.stations.revoke(world.station.id, 'anybody');
    expect(await refusal(world.make())).to.equal('STATION_REFUSED');
    expect(await refusal(world.stations.propose(world.station.publicKey, 'again', 'officer'))).to.equal(
      'STATION_DECIDED',
    );
  });

  it('who recorded a station’s request and sends it again: what comes back opens for the station alone', async () => {
    world.loseAt((step) => (step === 'verify' ? 'request' : undefined));
    await world.make().catch(() => undefined);
    const { message, answer } = world.messages[0] as unknown as { message: never; answer: { sealed: string } };
    const replayed = await world.issuances.key(world.task, Object.assign({ station: world.station.id }, message));
    const ck = world.card().memory().liteS.blocks.get(0x87) ?? new Uint8Array();
    const own = await createRecipient();
    const cardId = idOn(world.card());
    const request = {
      purpose: 'issue' as const,
      station: world.station.id,
      task: world.task,
      id: cardId,
      ckv: 1,
      recipient: own.recipient,
    };
    for (const { sealed } of [answer, replayed]) {
      const octets = Buffer.from(sealed, 'base64url');
      expect(octets.includes(Buffer.from(ck))).to.equal(false);
      expect(await own.open(request, octets).catch(() => 'shut')).to.equal('shut');
    }
    const another = await world.newTask('r2');
    const moved = world.issuances.key(another, Object.assign({ station: world.station.id }, message));
    expect(await refusal(moved), 'a request is for one task').to.equal('STATION_REFUSED');
  });

  it('who is an officer at a station and has no task that two agreed to', async () => {
    const { id: open } = await world.office.apply('r3', world.officer);
    for (const of of [open, 'guessed']) expect(await refusal(world.askFor(id, of))).to.equal('TASK_DECIDED');
  });

  it('who wants more cards out of one task, one after another or at once: it makes one', async () => {
    const ids = Array.from({ length: 6 }, () => Uint8Array.from(randomBytes(16)));
    const asked = await Promise.allSettled(ids.map((one) => world.askFor(one)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(asked.filter(({ status }) => status === 'rejected').map((one) => 'reason' in one && one.reason.code))
      .to.have.length(5)
      .and.satisfy((codes: string[]) => codes.every((code) => code === 'OTHER_CARD'));
  });

  it('who has another enrolled station: the key of a card that was begun elsewhere stays there', async () => {
    const other = await newStation();
    await world.stations.propose(other.publicKey, 'counter 2', 'officer');
    await world.stations.decide(other.id, true, 'second');
    await world.askFor(id);
    expect(await refusal(world.askFor(id, world.task, other))).to.equal('KEY_GIVEN_OUT');
  });

  it('who runs the hub and sends a station’s word for another task: the key stays with the first', async () => {
    const { station, keyService } = world;
    const ask = (task: string) => askCk(keyService, station.privateKey, { station: station.id, task, id, ckv: 1 });
    await ask('one');
    expect(await refusal(ask('two'))).to.equal('KEY_GIVEN_OUT');
    expect(await ask('one'), 'the same task again').to.have.length(16);
  });

  it('who asks for the key of a card once more after it was recorded, around the hub', async () => {
    await world.make();
    const cardId = idOn(world.card());
    const { station, task, keyService } = world;
    const again = askCk(keyService, station.privateKey, { station: station.id, task, id: cardId, ckv: 1 });
    expect(await refusal(again)).to.equal('KEY_GIVEN_OUT');
  });

  it('who offers a card with the MAC of another key, an old rc, or a lock that is not ours', async () => {
    await world.askFor(id);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const word = { id: text(id), ckv: 1, third: text(issuedMc), mac: text(randomBytes(8)) };
    const { issuances, task, officer } = world;
    expect(await refusal(issuances.record(task, word, officer)), 'without an rc').to.equal('CHALLENGE_SPENT');
    await issuances.tap(task);
    expect(await refusal(issuances.record(task, word, officer))).to.equal('CARD_REFUSED');
    expect(await refusal(issuances.record(task, word, officer)), 'the rc is spent').to.equal('CHALLENGE_SPENT');
    await issuances.tap(task);
    world.pass(6_000);
    expect(await refusal(issuances.record(task, word, officer))).to.equal('TIME_OUT');
    const rc = Buffer.from((await issuances.tap(task)).rc, 'base64url');
    const open = Uint8Array.from(Buffer.from('ffffff0007'.padEnd(32, '0'), 'hex'));
    const ckvBlock = Uint8Array.of(1, ...new Uint8Array(15));
    const ck = deriveCardKey(extractedKey(masterKey), id, 1);
    const mac = readMac(sessionKey(ck, rc), rc, [0x82, 0x86, 0x88], Buffer.concat([id, ckvBlock, open]));
    const honest = { ...word, third: text(open), mac: text(mac) };
    expect(await refusal(issuances.record(task, honest, officer)), 'a genuine card, not locked').to.equal(
      'CARD_REFUSED',
    );
    expect((await world.cards.list()).records).to.deep.equal([]);
  });

  it('who is one officer: a station takes two persons to enrol and one to end, and no key comes back', async () => {
    const { stations } = world;
    const one = await newStation();
    await stations.propose(one.publicKey, 'counter 3', 'officer');
    expect(await refusal(stations.decide(one.id, true, 'officer'))).to.equal('SECOND_PERSON_NEEDED');
    expect(await refusal(stations.revoke(one.id, 'x')), 'nothing to end yet').to.equal('STATION_DECIDED');
    await stations.decide(one.id, false, 'second');
    expect(await refusal(stations.decide(one.id, true, 'third'))).to.equal('STATION_DECIDED');
    expect(await refusal(stations.decide('guessed', true, 'second'))).to.equal('STATION_DECIDED');
    for (const malformed of ['', 'AAAA', 'x'.repeat(43), `${one.publicKey}=`])
      expect(await refusal(stations.propose(malformed, 'x', 'officer'))).to.be.oneOf(['STATION_MALFORMED']);
  });
});
