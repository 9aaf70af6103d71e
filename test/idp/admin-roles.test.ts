import { expect } from 'chai';
import { type Act, acts, decideAct, exclusivePairIn, type Role, roles } from '../../idp/admin/roles.ts';
import { needsPerson, scopeFor } from '../../idp/admin/scopes.ts';

const at = 1000;
const may = (held: readonly Role[], act: Act, more: { authors?: string[]; until?: number } = {}) => {
  const decision = decideAct({ id: 'a', roles: held, until: more.until ?? at + 1 }, act, {
    at,
    work: { authors: more.authors ?? [] },
  });
  return decision.allowed || decision.reason;
};
const changing = acts.filter((act) => !act.endsWith('.read'));

describe('roles of the console', () => {
  it('let nobody approve what they had a hand in, whichever roles they hold', () => {
    for (const held of [['approver'], ['sp-administrator'], ['sp-administrator', 'registrar']] as const) {
      expect(may(held, 'provider.approve', { authors: ['a'] })).to.equal('OWN_WORK');
      expect(may(held, 'provider.approve', { authors: ['b', 'a'] }), 'among others').to.equal('OWN_WORK');
      expect(may(held, 'provider.approve', { authors: ['b'] })).to.equal(true);
    }
    expect(may(['registrar'], 'provider.approve', { authors: ['b'] })).to.equal('NOT_YOUR_ROLE');
  });

  it('never show personal data to the operator (R3)', () => {
    expect(may(['operator'], 'person.read')).to.equal('NOT_YOUR_ROLE');
    for (const role of roles.filter((other) => other !== 'operator'))
      expect(exclusivePairIn(['operator', role]), role).to.deep.equal(['operator', role]);
  });

  it('let everybody who answers for a failed sign-in look at its steps, in which no person is, and nobody else', () => {
    const lookers = roles.filter((role) => may([role], 'trace.read') === true);
    const answering = [
      'registrar',
      'approver',
      'sp-administrator',
      'auditor',
      'operator',
      'privacy-officer',
      'support',
    ];
    expect(lookers).to.deep.equal(answering);
  });

  it('let the auditor change nothing, also not by way of a second role (R18)', () => {
    for (const act of changing) expect(may(['auditor'], act), act).to.equal('NOT_YOUR_ROLE');
    for (const role of roles.filter((other) => changing.some((act) => may([other], act) === true)))
      expect(exclusivePairIn(['auditor', role]), role).to.not.equal(undefined);
    expect(exclusivePairIn(['auditor', 'privacy-officer']), 'who answers is not who audits').to.not.equal(undefined);
    for (const role of roles) expect(exclusivePairIn([role]), role).to.equal(undefined);
  });

  it('keep the two halves of a registration, and of a card, apart', () => {
    expect(exclusivePairIn(['approver', 'registrar'])).to.not.equal(undefined);
    expect(exclusivePairIn(['second-officer', 'card-office'])).to.not.equal(undefined);
  });

  it('give nothing to a record that holds an exclusive pair all the same', () => {
    for (const act of acts) expect(may(['registrar', 'approver'], act), act).to.equal('ROLES_EXCLUSIVE');
  });

  it('let those who register or approve try a service, and nobody else', () => {
    for (const role of roles)
      expect(may([role], 'provider.test'), role).to.equal(
        ['registrar', 'approver', 'sp-administrator'].includes(role) || 'NOT_YOUR_ROLE',
      );
  });

  it('let support and the privacy officer read and answer reports and end sign-ins, and nobody else', () => {
    for (const act of ['report.read', 'report.answer', 'session.end'] as const)
      for (const role of roles)
        expect(may([role], act), `${role} ${act}`).to.equal(
          ['privacy-officer', 'support'].includes(role) || 'NOT_YOUR_ROLE',
        );
  });

  it('end with the account, to the millisecond (R20)', () => {
    expect(may(['auditor'], 'audit.read', { until: at })).to.equal('EXPIRED');
    expect(may(['auditor'], 'audit.read', { until: at + 1 })).to.equal(true);
  });

  it('give nothing without a role', () => {
    for (const act of acts) expect(may([], act), act).to.equal('NOT_YOUR_ROLE');
  });

  it('have somebody for every act', () => {
    for (const act of acts)
      expect(
        roles.some((role) => may([role], act) === true),
        act,
      ).to.equal(true);
  });
});

describe('scopes of the administration API', () => {
  it('cover the acts of the pages about services and records, and nothing else', () => {
    const covered = Object.fromEntries(acts.map((act) => [act, scopeFor(act)]));
    expect(covered).to.deep.include({
      'provider.read': 'admin.providers.read',
      'provider.register': 'admin.providers.write',
      'provider.change': 'admin.providers.write',
      'provider.suspend': 'admin.providers.write',
      'provider.approve': 'admin.providers.approve',
      'provider.resume': 'admin.providers.approve',
      'administrator.read': 'admin.administrators.read',
      'audit.read': 'admin.audit.read',
    });
    // A test sign-in needs a card, and a trace is looked up for a caller: both are people's.
    const peopleOnly = /^(system|person|report|session|card)\.|^(provider\.test|trace\.read)$/;
    expect(acts.filter((act) => scopeFor(act) === undefined && !peopleOnly.test(act))).to.deep.equal([]);
  });

  it('leave approving, resuming, and what the API does not do at all to people', () => {
    const alone = acts.filter((act) => !needsPerson(act));
    expect(alone).to.have.members([
      'provider.read',
      'provider.register',
      'provider.change',
      'provider.suspend',
      'administrator.read',
      'audit.read',
    ]);
  });
});
