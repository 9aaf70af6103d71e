import { expect } from 'chai';
import { authorizationUrl, openParties, type Parties, samlAnswer, samlUrl } from './sign-on-world.ts';
import { browser, issueCard, signInAt } from './world.ts';

type Issued = Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'>;

describe('a card that takes the place of another one (R38)', () => {
  let world: Parties;
  before(async () => {
    world = await openParties();
  });
  after(() => world.hub.close());

  /** What each party calls the holder of this card. */
  async function pseudonyms(issued: Issued): Promise<readonly (string | undefined)[]> {
    const tab = browser();
    const prompt = await tab.visit(await samlUrl(world));
    const answered = await tab.visit(await signInAt(tab, prompt.url, issued));
    const names = [/<saml:NameID[^>]*>([^<]+)</.exec(samlAnswer(await answered.response.text()))?.[1]];
    for (const config of world.clients) {
      const { url, redeem } = await authorizationUrl(config);
      const { left } = await tab.visit(url);
      names.push((await redeem(left ?? '')).claims()?.sub);
    }
    return names;
  }

  it('leaves every pseudonym as it was, and the old card signs in nowhere', async () => {
    const { hub, issued } = world;
    const { cards, office } = hub.credential;
    const before = await pseudonyms(issued);
    expect(new Set(before).size).to.equal(3);
    const next = await issueCard(hub, { residentRef: 'made for r1', number: '1234567890124' });
    await cards.update(next.cardId, (card) => ({ ...card, residentRef: 'r1', supersedes: issued.cardId }));
    await office.settleReplacement({ id: next.cardId, supersedes: issued.cardId });
    expect(await pseudonyms(next)).to.deep.equal(before);
    const refused = await pseudonyms(issued).catch((error: { code?: string }) => error.code);
    expect(refused).to.equal('CARD_REVOKED');
    const told = (await hub.credential.notices.list('r1')).records.map(({ kind }) => kind);
    expect(told.filter((kind) => kind.startsWith('card'))).to.deep.equal(['card-replaced']);
  });
});
