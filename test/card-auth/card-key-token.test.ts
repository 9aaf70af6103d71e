import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import {
  type CardSecrets,
  extract,
  type KeyToken,
  softwareCardKeys,
  tokenCardKeys,
  tokenLabels,
} from '../../card-auth/card-keys.ts';
import type { Token } from '../../lib/pkcs11.ts';
import { withSoftHsm } from '../softhsm.ts';
import { itIsACardKeyService, type Keeper } from './card-key-service-suite.ts';
import { itHasVersions } from './card-key-versions-suite.ts';

/** The secrets in the token, under labels of their own, so that one token serves many tests. */
function kept(token: Token, secrets: CardSecrets): KeyToken {
  const mark = randomBytes(6).toString('hex');
  const take = (label: string, secret: Uint8Array) => token.take(`${mark} ${label}`, secret);
  for (const [, master] of secrets.cardMasters) take(tokenLabels.cardMaster, extract(master));
  take(tokenLabels.oprfMaster, extract(secrets.oprfMaster));
  take(tokenLabels.indexKey, secrets.indexKey);
  take(tokenLabels.wrappingKey, extract(secrets.wrappingKey));
  return {
    find: (label, id) => token.find(`${mark} ${label}`, id),
    generate: (label) => token.generate(`${mark} ${label}`),
  };
}

describe('card keys in a PKCS#11 token', () => {
  const { openFresh } = withSoftHsm();
  let token: Token;
  before(async () => {
    token = await openFresh();
  });
  after(() => token?.close());
  const keeper: Keeper = (secrets) => tokenCardKeys(kept(token, secrets), secrets.station);

  describe('the card key service', () => itIsACardKeyService(keeper));
  itHasVersions(keeper, /^pkcs11:[0-9a-f]{32}$/);

  it('open what files sealed, and name cards alike: a hub that moves into a token loses no card and no PIN', () => {
    const bytes = () => randomBytes(32);
    const secrets = {
      cardMasters: new Map([[1, bytes()]]),
      oprfMaster: bytes(),
      indexKey: bytes(),
      wrappingKey: bytes(),
    };
    const both = [softwareCardKeys, keeper].map((keep) => keep(secrets as unknown as CardSecrets));
    const [files, inToken] = both;
    const sealed = files?.sealFor('card-public-key').seal(Buffer.from('of a PIN'), 'card.1') ?? '';
    expect(inToken?.sealFor('card-public-key').open(sealed, 'card.1').toString()).to.equal('of a PIN');
    expect(() => inToken?.sealFor('another').open(sealed, 'card.1')).to.throw();
    const [name, moved] = both.map(({ index }) => Buffer.from(index.mac(Buffer.from('card'))).toString('hex'));
    expect(moved).to.equal(name);
  });
});
