import { expect } from 'chai';
import type { Holder } from '../../idp/admin/roles.ts';
import { type AdmissionFacts, decideAdmission } from '../../idp/playground/admission.ts';

const at = 1000;
const record = { id: 'saml:a', status: 'pending', version: 3 } as const;
const period = { provider: 'saml:a', version: 3, administrator: 'A-1', expiresAt: at + 1 };
const holder: Holder = { id: 'A-1', roles: ['registrar'], until: at + 1 };
const decide = (more: Partial<AdmissionFacts> = {}) => decideAdmission({ record, period, holder, at, ...more });

describe('who may sign in at a provider', () => {
  it('is everybody where it is approved, with or without a test period', () => {
    const approved = { ...record, status: 'approved' } as const;
    expect(decide({ record: approved })).to.equal('approved');
    expect(decide({ record: approved, period: undefined, holder: undefined })).to.equal('approved');
  });

  it('is its tester where it waits for approval', () => {
    expect(decide()).to.equal('tester');
    expect(decide({ holder: { ...holder, roles: ['approver'] } })).to.equal('tester');
  });

  it('is nobody where it is suspended, whatever period is left over', () => {
    expect(decide({ record: { ...record, status: 'suspended' } })).to.equal('refused');
  });

  it('is nobody by a period that is over, of another provider, or of a registration that was changed', () => {
    expect(decide({ period: undefined })).to.equal('refused');
    expect(decide({ period: { ...period, expiresAt: at } }), 'to the millisecond').to.equal('refused');
    expect(decide({ period: { ...period, provider: 'saml:b' } })).to.equal('refused');
    expect(decide({ record: { ...record, version: 4 } })).to.equal('refused');
  });

  it('is no other person than who opened the period: no resident, no other administrator', () => {
    expect(decide({ holder: undefined })).to.equal('refused');
    expect(decide({ holder: { ...holder, id: 'A-2' } })).to.equal('refused');
  });

  it('is not the tester any more whose account ended, or lost its role, or holds what excludes itself', () => {
    expect(decide({ holder: { ...holder, until: at } })).to.equal('refused');
    expect(decide({ holder: { ...holder, roles: ['auditor'] } })).to.equal('refused');
    expect(decide({ holder: { ...holder, roles: [] } })).to.equal('refused');
    expect(decide({ holder: { ...holder, roles: ['registrar', 'approver'] } })).to.equal('refused');
  });

  it('is nobody at a counter that waits: its terminal signs in patients', () => {
    const counter = { facility: { ja: 'a', en: 'a' }, terminal: '1' };
    expect(decide({ record: { ...record, counter } })).to.equal('refused');
  });
});
