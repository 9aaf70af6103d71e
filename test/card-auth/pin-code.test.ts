import { expect } from 'chai';
import { isHandOverCode, typedDigits, withCheckDigit } from '../../card-auth/client/index.ts';
import { refusal } from '../refusal.ts';
import { newPin, oldPin, openPinWorld } from './pin-world.ts';

const dayMs = 24 * 3_600_000;
/** Another code of the right form. */
const wrongCode = withCheckDigit('1234567890123456789');

describe('a hand-over code (card-protocol 5)', () => {
  it('activates a card with the PIN that its holder chooses, once', async () => {
    const world = await openPinWorld({ pinned: false });
    const code = await world.giveCode('activate');
    expect(await refusal(world.signIn(newPin)), 'before').to.equal('CARD_NOT_ACTIVE');
    expect(await world.setWithCode(code)).to.deep.equal({ next: 'activate', scrubbed: true });
    expect(await world.record())
      .to.include({ status: 'active' })
      .and.not.have.property('handOver');
    expect(await world.signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
    expect(await refusal(world.setWithCode(code)), 'the code is spent').to.equal('CODE_SPENT');
    expect(world.facts.map(({ type }) => type)).to.include('card.activated');
  });

  it('gives a locked card a new PIN after a reset, with all its tries', async () => {
    const world = await openPinWorld();
    for (let at = 0; at < 5; at += 1) await world.change({ pin: '907351' }).catch(() => undefined);
    expect(await refusal(world.signIn(oldPin))).to.equal('PIN_LOCKED');
    const code = await world.giveCode('reset');
    expect(await refusal(world.signIn(oldPin)), 'the code alone unlocks nothing').to.equal('PIN_LOCKED');
    expect(await world.setWithCode(code)).to.include({ next: 'reset' });
    expect(await world.signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
    const error = await world.signIn(oldPin).catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'PIN_WRONG', remainingTries: 4 });
  });

  it('is refused after five wrong ones, the right one too, and tells what is left', async () => {
    const world = await openPinWorld({ pinned: false });
    const code = await world.giveCode('activate');
    for (const left of [4, 3, 2, 1, 0]) {
      const error = await world.setWithCode(wrongCode).catch((cause: unknown) => cause);
      expect(error).to.include({ code: 'CODE_WRONG', remainingTries: left });
    }
    expect(await refusal(world.setWithCode(code))).to.equal('CODE_SPENT');
    expect(await world.record()).to.include({ status: 'issued' });
  });

  it('is compared at most five times however many guess at once', async () => {
    const world = await openPinWorld({ pinned: false });
    await world.giveCode('activate');
    await world.setWithCode(wrongCode).catch(() => undefined);
    const { setting } = world;
    const owners = Array.from({ length: 20 }, (_, at) => ({ key: `o${at}` }));
    const { liteSCard } = await import('../../card-auth/client/lite-s.ts');
    const found = await world.reader.poll(0x88b4);
    const card = liteSCard(world.reader, found?.idm ?? new Uint8Array());
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const guesses: (() => Promise<unknown>)[] = [];
    for (const owner of owners) {
      const { sid } = await setting.start('code', owner);
      const { rc } = await setting.tap('code', owner, sid);
      const { id, ckv, wcnt1, mac1 } = await card.provePossession(new Uint8Array(Buffer.from(rc, 'base64url')));
      guesses.push(() =>
        setting.proveCode(owner, { sid, id: text(id), ckv, wcnt1, mac1: text(mac1), code: wrongCode }),
      );
    }
    const codes = await Promise.all(guesses.map((guess) => refusal(guess())));
    expect(codes.filter((code) => code === 'CODE_WRONG')).to.have.length(4);
    expect(codes.filter((code) => code === 'CODE_SPENT')).to.have.length(16);
  });

  it('ends after thirty days', async () => {
    const world = await openPinWorld({ pinned: false });
    const code = await world.giveCode('activate');
    world.pass(30 * dayMs + 1);
    expect(await refusal(world.setWithCode(code))).to.equal('CODE_SPENT');
  });

  it('opens no card that was stopped, and none for another purpose', async () => {
    for (const [status, refused] of [
      ['suspended', 'CARD_SUSPENDED'],
      ['revoked', 'CARD_REVOKED'],
      ['expired', 'CARD_EXPIRED'],
    ] as const) {
      const world = await openPinWorld();
      const code = await world.giveCode('reset');
      await world.cards.update(world.cardId, (card) => ({ ...card, status }));
      expect(await refusal(world.setWithCode(code)), status).to.equal(refused);
    }
    const world = await openPinWorld();
    expect(await refusal(world.setWithCode(await world.giveCode('activate'))), 'an active card').to.equal('CODE_SPENT');
    expect(await refusal(world.setWithCode(wrongCode)), 'never more than possession').to.equal('CODE_SPENT');
  });

  it('is worth nothing without the card, and nothing for another card', async () => {
    const world = await openPinWorld({ pinned: false });
    const code = await world.giveCode('activate');
    const { setting } = world;
    const owner = { key: 'o1' };
    const { sid } = await setting.start('code', owner);
    await setting.tap('code', owner, sid);
    const id = Buffer.from(world.issued.id).toString('base64url');
    const guess = { sid, id, ckv: 1, wcnt1: 0, mac1: Buffer.alloc(8).toString('base64url'), code };
    expect(await refusal(setting.proveCode(owner, guess))).to.equal('CARD_REFUSED');
    const { kept } = world.codes.make('another card', 'activate');
    await world.cards.update(world.cardId, (card) => ({ ...card, handOver: { ...kept, wrong: 0 } }));
    expect(await refusal(world.setWithCode(code))).to.equal('CODE_WRONG');
  });

  it('is kept as a keyed hash only', async () => {
    const world = await openPinWorld({ pinned: false });
    const code = await world.giveCode('activate');
    expect(JSON.stringify(await world.record())).to.not.include(code);
    await world.setWithCode(code);
    expect(JSON.stringify(await world.record())).to.not.include(code);
  });

  for (const block of [0x92, 4, 5])
    it(`survives a card lifted at block ${block.toString(16)}: the code is still good`, async () => {
      const world = await openPinWorld({ pinned: false });
      const code = await world.giveCode('activate');
      world.tearAt((at) => (at === block ? 'half' : undefined));
      await world.setWithCode(code).catch((error: unknown) => expect(error).to.have.property('code', 'CARD_LIFTED'));
      world.tearAt(() => undefined);
      if ((await world.record()).status === 'issued') await world.setWithCode(code);
      expect(await world.signIn(newPin)).to.equal('urn:x-sanuki:ac:card-pin');
    });

  it('has a check digit, so that a slip is told before it costs a try', () => {
    const code = withCheckDigit('1234567890123456789');
    expect(isHandOverCode(code)).to.equal(true);
    expect(typedDigits('１２３４ 5678-9012　3456-789')).to.equal('1234567890123456789');
    for (let at = 0; at < code.length; at += 1) {
      const slipped = `${code.slice(0, at)}${(Number(code[at]) + 1) % 10}${code.slice(at + 1)}`;
      expect(isHandOverCode(slipped), slipped).to.equal(false);
    }
    for (const other of ['', '12345', `${code}0`, 'abcdefghijklmnopqrst'])
      expect(isHandOverCode(other)).to.equal(false);
  });
});
