import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type AccountLink, accountLinkCollection, createAccountLinks } from '../../federation/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';

describe('account links', () => {
  function setUp() {
    const links = createMemoryStorage().collection<AccountLink>(accountLinkCollection);
    return createAccountLinks({ links, indexKey: randomBytes(32), now: () => 1 });
  }

  it('keep one pseudonym per resident and party, whichever protocol asks', async () => {
    const { pseudonymFor } = setUp();
    const first = await pseudonymFor('resident-1', 'saml:https://portal.example');
    expect(await pseudonymFor('resident-1', 'saml:https://portal.example')).to.equal(first);
    expect(Buffer.from(first, 'base64url').length).to.be.at.least(16);
  });

  it('give no two parties and no two residents the same one', async () => {
    const { pseudonymFor } = setUp();
    const pairs = ['r1', 'r2', 'r3'].flatMap((resident) =>
      ['saml:a', 'oidc:a', 'saml:b'].map((party) => [resident, party] as const),
    );
    const all = await Promise.all(pairs.map(([resident, party]) => pseudonymFor(resident, party)));
    expect(new Set(all).size).to.equal(all.length);
  });

  it('agree when two first visits come at once', async () => {
    const { pseudonymFor } = setUp();
    const all = await Promise.all(Array.from({ length: 10 }, () => pseudonymFor('r1', 'saml:a')));
    expect(new Set(all).size).to.equal(1);
  });

  it('lead back to the resident for the party itself only, and are gone after unlinking', async () => {
    const { pseudonymFor, residentOf, linksOf, unlink, isLinked } = setUp();
    const pseudonym = await pseudonymFor('r1', 'saml:a');
    expect(await residentOf('saml:a', pseudonym)).to.equal('r1');
    expect(await residentOf('saml:b', pseudonym)).to.equal(undefined);
    expect((await linksOf('r1')).map(({ party }) => party)).to.deep.equal(['saml:a']);
    await unlink('r1', 'saml:a');
    expect(await isLinked('r1', 'saml:a')).to.equal(false);
    expect(await residentOf('saml:a', pseudonym), 'and leads to nobody').to.equal(undefined);
    expect(await pseudonymFor('r1', 'saml:a'), 'until the resident comes back, as the same person').to.equal(pseudonym);
    expect([await isLinked('r1', 'saml:a'), await residentOf('saml:a', pseudonym)]).to.deep.equal([true, 'r1']);
  });

  it('show someone who holds only the ids of the table neither resident nor party', async () => {
    const links = createMemoryStorage().collection<AccountLink>(accountLinkCollection);
    await createAccountLinks({ links, indexKey: randomBytes(32) }).pseudonymFor('resident-1', 'saml:portal');
    const [link] = (await links.find()).records;
    expect(link?.id).to.match(/^[\w-]{43}$/);
  });
});
