import { expect } from 'chai';
import { type ApiWorld, startApiWorld } from './api-world.ts';

const number = '1234567890124';
const scope = 'admin.cards.stop';

/** R44: an automated telephone line. The attacker holds the line's token, or none; what he lacks is a holder’s code. */
describe('stopping a card by telephone, over the API (R44)', () => {
  let world: ApiWorld;
  let token = '';
  let reader = '';
  before(async () => {
    world = await startApiWorld();
    const machine = async (id: string, scopes: readonly string[]) => {
      const secret = await world.register(world.machineOf(id, scopes));
      return (await world.machineToken(id, secret, scopes.join(' '))).access_token;
    };
    token = await machine('telephone', [scope]);
    reader = await machine('reader', ['admin.providers.read']);
  });
  after(() => world?.close());

  async function newCode(): Promise<string> {
    const { id } = await world.credential.office.propose('code', number, 'PIN', { as: 'office', id: 'a' });
    const { made } = await world.credential.office.approve(id, { as: 'second-officer', id: 'b' });
    return made?.stopCode ?? '';
  }
  const stop = (code: unknown, as: string | undefined = token) =>
    world.call('/card-stops', { token: as, body: { code } });
  const card = () => world.credential.cards.byNumber(number);

  it('stops the card of the code, ends its sign-ins, and says nothing of card or person', async () => {
    const own = await world.signedIn('resident');
    const before = await world.credential.cards.ofResident('resident');
    expect(before.map(({ number: held }) => held)).to.deep.equal([number]);
    const code = await newCode();
    const answer = await stop(code);
    expect([answer.status, answer.json]).to.deep.equal([200, { state: 'stopped' }]);
    expect((await card())?.status).to.equal('suspended');
    expect((await own.request(`${world.origin}/account`)).status, 'signed out').to.equal(303);
    expect((await stop(code)).json, 'repeated by a line that heard nothing').to.deep.equal({ state: 'stopped' });
    const [suspended] = await world.audited('card.suspended');
    expect(suspended?.actor).to.equal('client:telephone');
    expect((await world.audited('card.stop-line')).map(({ result }) => result)).to.deep.equal(['ok', 'ok']);
    expect(JSON.stringify(await world.audited('card.stop-line')) + world.logged.join()).to.not.include(code);
    const letters = await world.cardOffice.letters.inState('waiting');
    expect(letters.map(({ kind, residentRef }) => [kind, residentRef])).to.deep.equal([['card-stopped', 'resident']]);
  });

  it('attacked with the token of the line alone: numbers and guesses stop nothing and find nobody', async () => {
    await world.credential.cards.update((await card())?.id ?? '', (one) => ({ ...one, status: 'active' }));
    for (const [guess, status, code] of [
      [number, 400, 'STOP_CODE_MISTYPED'],
      ['0000000000000000', 404, 'STOP_CODE_UNKNOWN'],
      ['4242424242424242', 404, 'STOP_CODE_UNKNOWN'],
      ['', 400, 'REQUEST_INVALID'],
      [{ $ne: '' }, 400, 'REQUEST_INVALID'],
    ] as const) {
      const refused = await stop(guess);
      expect([refused.status, refused.json.code]).to.deep.equal([status, code]);
      expect(refused.json.remedy).to.have.keys('ja', 'en');
    }
    expect((await card())?.status).to.equal('active');
    const refusals = (await world.audited('card.stop-line')).filter(({ result }) => result === 'refused');
    expect(refusals.map(({ code }) => code)).to.deep.equal([
      'STOP_CODE_MISTYPED',
      'STOP_CODE_UNKNOWN',
      'STOP_CODE_UNKNOWN',
    ]);
    for (const path of ['/providers', '/administrators', '/audit'])
      expect((await world.call(path, { token })).json.code, path).to.equal('SCOPE_MISSING');
  });

  it('attacked with a code and no token, or the token of another program: nothing is stopped', async () => {
    const code = await newCode();
    const bare = await world.call('/card-stops', { body: { code } });
    expect([bare.status, bare.json.code]).to.deep.equal([401, 'TOKEN_MISSING']);
    const other = await stop(code, reader);
    expect([other.status, other.json.code]).to.deep.equal([403, 'SCOPE_MISSING']);
    expect((await card())?.status).to.equal('active');
  });
});
