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

describe('roles of the card office', () => {
  const offices = ['support', 'card-office', 'second-officer'] as const;
  const table: readonly (readonly [Act, support: boolean, office: boolean, second: boolean])[] = [
    ['person.read', true, true, true],
    ['application.read', false, true, true],
    ['application.write', false, true, false],
    ['application.decide', false, false, true],
    ['evidence.read', false, true, true],
    ['card.read', true, true, true],
    ['card.suspend', true, true, false],
    ['card.unlock', true, false, false],
    ['card.ask', true, true, false],
    ['card.confirm', false, false, true],
    ['card.issue', false, true, false],
    ['event.note', false, true, false],
  ];
  for (const [act, ...allowed] of table)
    for (const [at, role] of offices.entries())
      it(`${allowed[at] ? 'let' : 'do not let'} ${role} do ${act}`, () => {
        expect(may([role], act)).to.equal(allowed[at] || 'NOT_YOUR_ROLE');
      });

  it('are about every act on applications, evidence and cards, and nobody else has one that changes', () => {
    const own = acts.filter((act) => /^(application|evidence|card|event)\./.test(act));
    expect(table.map(([act]) => act)).to.include.members([...own]);
    for (const role of roles.filter((other) => !offices.some((office) => office === other)))
      for (const act of own) expect(may([role], act), `${role} ${act}`).to.equal('NOT_YOUR_ROLE');
  });

  it('keep whoever asks apart from whoever agrees, whichever way they ask', () => {
    for (const role of ['card-office', 'support'] as const)
      expect(exclusivePairIn([role, 'second-officer'])).to.deep.equal([role, 'second-officer']);
    for (const act of ['application.decide', 'card.confirm'] as const)
      expect(may(['second-officer'], act, { authors: ['b', 'a'] })).to.equal('OWN_WORK');
  });

  it('let nobody decide about their own card, and everybody who may stop one stop their own', () => {
    const own = (role: Role, act: Act) => {
      const holder = { id: 'a', residentRef: 'r1', roles: [role], until: at + 1 };
      const decision = decideAct(holder, act, { at, work: { authors: [], about: ['r0', 'r1'] } });
      return decision.allowed || decision.reason;
    };
    expect(own('card-office', 'application.write')).to.equal('OWN_CARD');
    expect(own('card-office', 'card.issue')).to.equal('OWN_CARD');
    expect(own('second-officer', 'application.decide')).to.equal('OWN_CARD');
    expect(own('second-officer', 'card.confirm')).to.equal('OWN_CARD');
    for (const act of ['card.unlock', 'card.ask'] as const) expect(own('support', act)).to.equal('OWN_CARD');
    expect(own('support', 'card.suspend')).to.equal(true);
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
      'card.suspend': 'admin.cards.stop',
    });
    // A test sign-in needs a card, and a trace is looked up for a caller: both are people's.
    const peopleOnly =
      /^(system|person|report|session|application|evidence|card(?!\.suspend$)|event)\.|^(provider\.test|trace\.read)$/;
    expect(acts.filter((act) => scopeFor(act) === undefined && !peopleOnly.test(act))).to.deep.equal([]);
  });

  it('leave telling for a register or a body to programs: no role has it', () => {
    for (const act of ['event.register', 'event.coverage'] as const) {
      expect([scopeFor(act), needsPerson(act)]).to.deep.equal([act.replace('event', 'events'), false]);
      for (const role of roles) expect(may([role], act), role).to.equal('NOT_YOUR_ROLE');
    }
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
      'card.suspend',
    ]);
  });
});
