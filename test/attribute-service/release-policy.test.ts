import { expect } from 'chai';
import { catalogue, decideRelease, decideTypeRelease, type TypeReleaseRequest } from '../../attribute-service/index.ts';

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

  it('releases the employer’s data on staff by contract alone', () => {
    expect(decideRelease({ contract: ['staffRole', 'staffLicence', 'staffFacility'] }).released).to.deep.equal([
      'pseudonym',
      'staffRole',
      'staffLicence',
      'staffFacility',
    ]);
  });

  it('leaves types and purposes of the catalogue to the attribute service, and does not call them unknown', () => {
    const contract = ['displayName', 'coverage', 'urn:x-sanuki:purpose:self-view'];
    expect(decideRelease({ contract })).to.deep.equal({ released: ['pseudonym', 'displayName'], withheld: [] });
    expect(decideRelease({ contract: [], requested: ['coverage'] }).withheld).to.deep.equal([]);
  });
});

const asked: TypeReleaseRequest = {
  contract: ['displayName', 'coverage'],
  type: catalogue.coverage,
  purpose: 'urn:x-sanuki:purpose:self-view',
  level: 'urn:x-sanuki:ac:card-pin',
  session: 'live',
  consent: 'given',
  standing: true,
  presented: false,
};
const presented: TypeReleaseRequest = {
  contract: ['eligibility'],
  type: catalogue.eligibility,
  purpose: 'urn:x-sanuki:purpose:eligibility-check',
  level: 'urn:x-sanuki:ac:card',
  session: 'ended',
  consent: 'none',
  standing: false,
  presented: true,
};
const outcomeOf = (base: TypeReleaseRequest, change: Partial<TypeReleaseRequest> = {}) => {
  const decision = decideTypeRelease({ ...base, ...change });
  return decision.released ? decision.basis : `${decision.reason}${decision.askable ? ', ask' : ''}`;
};

describe('release of what other bodies hold', () => {
  it('rests on the resident’s consent, or on the card presented at a counter', () => {
    expect(outcomeOf(asked)).to.equal('consent');
    expect(outcomeOf(presented)).to.equal('presentation');
  });

  it('needs the type in the contract, whatever the resident agreed to', () => {
    expect(outcomeOf(asked, { contract: ['displayName'] })).to.equal('NOT_IN_CONTRACT');
    expect(outcomeOf(asked, { type: catalogue.eligibility })).to.equal('NOT_IN_CONTRACT');
  });

  it('needs a purpose that the catalogue has for the type', () => {
    for (const purpose of [undefined, '', 'urn:x-sanuki:purpose:marketing', 'urn:x-sanuki:purpose:eligibility-check'])
      expect(outcomeOf(asked, { purpose }), String(purpose)).to.equal('PURPOSE_REFUSED');
  });

  it('needs a purpose of the contract where that lists any', () => {
    const contract = ['coverage', 'urn:x-sanuki:purpose:eligibility-check'];
    expect(outcomeOf(asked, { contract })).to.equal('PURPOSE_REFUSED');
    expect(outcomeOf(asked, { contract: [...contract, 'urn:x-sanuki:purpose:self-view'] })).to.equal('consent');
  });

  it('needs the level of the type, and takes a higher one', () => {
    for (const level of [undefined, 'urn:x-sanuki:ac:card', 'urn:x-sanuki:ac:passkey', 'urn:x:made-up'])
      expect(outcomeOf(asked, { level }), String(level)).to.equal('LEVEL_TOO_LOW');
    expect(outcomeOf(asked, { level: 'urn:x-sanuki:ac:card-pin-bound' })).to.equal('consent');
    expect(outcomeOf(presented, { level: 'urn:x-sanuki:ac:card-pin' })).to.equal('presentation');
  });

  it('asks a resident who is signed in and has not agreed, no longer agrees, or agreed for a time that is over', () => {
    for (const consent of ['none', 'withdrawn', 'expired'] as const)
      expect(outcomeOf(asked, { consent }), consent).to.equal('CONSENT_MISSING, ask');
  });

  it('rests on a standing consent alone once the sign-in has ended, and asks nobody', () => {
    expect(outcomeOf(asked, { session: 'ended' })).to.equal('consent');
    expect(outcomeOf(asked, { session: 'ended', standing: false })).to.equal('SESSION_ENDED');
    expect(outcomeOf(asked, { session: 'ended', consent: 'withdrawn' })).to.equal('SESSION_ENDED');
  });

  it('takes no consent for a card that was not presented, and no presentation for a consent', () => {
    expect(outcomeOf(presented, { presented: false, consent: 'given', standing: true })).to.equal('CONSENT_MISSING');
    expect(outcomeOf(asked, { consent: 'none', presented: true })).to.equal('CONSENT_MISSING, ask');
  });

  it('shows a protected person’s data on no screen of their own (R152)', () => {
    expect(outcomeOf(asked, { protection: ['blockSelfView'] })).to.equal('PERSON_PROTECTED');
    expect(outcomeOf(asked, { protection: ['hideAddress'] })).to.equal('consent');
    expect(outcomeOf(presented, { protection: ['blockSelfView'] })).to.equal('presentation');
  });
});
