import { expect } from 'chai';
import { decideRelease } from '../../attribute-service/index.ts';

describe('release policy', () => {
  it('releases only the pseudonym to a provider without a contract for more', () => {
    expect(decideRelease({ contract: [] })).to.deep.equal({ released: ['pseudonym'], withheld: [] });
  });

  it('releases the display name where the contract lists it', () => {
    expect(decideRelease({ contract: ['displayName'] }).released).to.deep.equal(['pseudonym', 'displayName']);
  });

  it('withholds what is asked for without a contract, and says why', () => {
    const decision = decideRelease({ contract: [], requested: ['displayName'] });
    expect(decision.released).to.deep.equal(['pseudonym']);
    expect(decision.withheld).to.deep.equal([{ attribute: 'displayName', reason: 'not in the contract' }]);
  });

  it('releases the smallest set: what the contract allows but nobody asked for stays', () => {
    const decision = decideRelease({ contract: ['displayName'], requested: [] });
    expect(decision.released).to.deep.equal(['pseudonym']);
    expect(decision.withheld).to.deep.equal([{ attribute: 'displayName', reason: 'not asked for' }]);
  });

  it('never releases an attribute it does not know, even when a contract lists it', () => {
    expect(decideRelease({ contract: ['cardNumber'] })).to.deep.equal({
      released: ['pseudonym'],
      withheld: [{ attribute: 'cardNumber', reason: 'unknown attribute' }],
    });
  });
});
