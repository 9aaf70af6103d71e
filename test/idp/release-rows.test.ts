import { expect } from 'chai';
import { type ReleaseFacts, type ReleaseRow, releaseRows } from '../../idp/playground/release-rows.ts';

const cardPin = 'urn:x-sanuki:ac:card-pin';
const selfView = 'urn:x-sanuki:purpose:self-view';

function rowOf(attribute: string, facts: Partial<ReleaseFacts> = {}): ReleaseRow | undefined {
  const rows = releaseRows({
    contract: ['displayName', 'staffRole', 'coverage', 'eligibility', selfView],
    values: { pseudonym: ['p'], displayName: ['バス セイジ'] },
    staff: 'found',
    bootstrap: true,
    counter: false,
    identity: true,
    level: cardPin,
    consentFor: () => ({ consent: 'none', standing: false }),
    ...facts,
  });
  return rows.find((row) => row.attribute === attribute);
}

describe('what a test sign-in says of each attribute', () => {
  it('gives values only to what the answer really carries', () => {
    expect(rowOf('pseudonym')).to.include({ outcome: 'released', reason: 'always' });
    expect(rowOf('displayName')).to.deep.include({ outcome: 'released', values: ['バス セイジ'] });
    expect(rowOf('displayName', { values: {} })).to.include({ outcome: 'withheld', reason: 'no value' });
    expect(rowOf('staffLicence')).to.include({ outcome: 'withheld', reason: 'not in the contract' });
    expect(rowOf('bloodType', { contract: ['bloodType'] })).to.include({ reason: 'unknown attribute' });
  });

  it('tells a silent staff directory from one without an entry, and from a person without the value', () => {
    for (const staff of ['silent', 'no entry', 'no directory'] as const)
      expect(rowOf('staffRole', { staff })).to.include({ outcome: 'withheld', reason: `staff: ${staff}` });
    expect(rowOf('staffRole')).to.include({ reason: 'no value' });
    expect(rowOf('staffRole', { counter: true, staff: undefined })).to.include({ reason: 'staff: not at a counter' });
  });

  it('tells how somebody was proofed only where it is offered and agreed to', () => {
    const contract = ['verifiedIdentity'];
    expect(rowOf('verifiedIdentity')).to.include({ outcome: 'withheld', reason: 'NOT_IN_CONTRACT' });
    expect(rowOf('verifiedIdentity', { contract, identity: false })).to.include({ reason: 'not offered' });
    expect(rowOf('verifiedIdentity', { contract })).to.include({ outcome: 'later', reason: 'asked at the time' });
    expect(rowOf('verifiedIdentity', { contract: [...contract, selfView] })).to.include({ reason: 'PURPOSE_REFUSED' });
  });

  it('has the release policy decide on data of other bodies, with the holder’s real consent', () => {
    expect(rowOf('coverage')).to.include({ outcome: 'later', reason: 'asked at the time', purpose: selfView });
    const consentFor = () => ({ consent: 'given' as const, standing: true });
    expect(rowOf('coverage', { consentFor })).to.include({ outcome: 'later', reason: 'consent given' });
    expect(rowOf('coverage', { level: 'urn:x-sanuki:ac:card' })).to.include({ reason: 'LEVEL_TOO_LOW' });
    expect(rowOf('coverage', { bootstrap: false })).to.include({ outcome: 'withheld', reason: 'no key to hold' });
    expect(rowOf('eligibility'), 'the contract narrows the purposes').to.include({ reason: 'PURPOSE_REFUSED' });
    const contract = ['eligibility'];
    expect(rowOf('eligibility', { contract })).to.include({ outcome: 'withheld', reason: 'CONSENT_MISSING' });
    expect(rowOf('eligibility', { contract, counter: true })).to.include({ reason: 'presented at a counter' });
    expect(rowOf('coverage', { contract })).to.include({ outcome: 'withheld', reason: 'NOT_IN_CONTRACT' });
  });
});
