/**
 * Who may do what in the console, and who may not do it because of what they did before: one table, read by every page.
 * R3: operation, registration and audit never lie in one hand; R17 to R20: what each office may do.
 */
export const roles = [
  'registrar',
  'approver',
  'sp-administrator',
  'auditor',
  'operator',
  'privacy-officer',
  'support',
  'card-office',
  'second-officer',
] as const;
export type Role = (typeof roles)[number];

export const isRole = (text: string): text is Role => roles.some((role) => role === text);

export const acts = [
  'provider.read',
  'provider.register',
  'provider.change',
  'provider.approve',
  'provider.suspend',
  'provider.resume',
  'provider.test',
  'administrator.read',
  'audit.read',
  'trace.read',
  'system.read',
  'system.operate',
  'person.read',
  'report.read',
  'report.answer',
  'session.end',
  'application.read',
  'application.write',
  'application.decide',
  'evidence.read',
  'card.read',
  'card.suspend',
  'card.unlock',
  'card.ask',
  'card.confirm',
  'card.issue',
  'event.note',
] as const;
/** What a program does in the name of a register or a body; nobody's role has it. */
export type ProgramAct = 'event.register' | 'event.coverage';
export type Act = (typeof acts)[number] | ProgramAct;

const table: Readonly<Record<Role, readonly Act[]>> = {
  // Everybody who answers for a failed sign-in sees its steps: no person is in them.
  registrar: [
    'provider.read',
    'provider.register',
    'provider.change',
    'provider.suspend',
    'provider.test',
    'administrator.read',
    'trace.read',
  ],
  approver: [
    'provider.read',
    'provider.approve',
    'provider.suspend',
    'provider.resume',
    'provider.test',
    'administrator.read',
    'trace.read',
  ],
  // R19: everything about providers, still never both halves of one registration.
  'sp-administrator': [
    'provider.read',
    'provider.register',
    'provider.change',
    'provider.approve',
    'provider.suspend',
    'provider.resume',
    'provider.test',
    'administrator.read',
    'trace.read',
  ],
  auditor: ['provider.read', 'administrator.read', 'audit.read', 'trace.read'],
  operator: ['system.read', 'system.operate', 'trace.read'],
  // R131: answers residents and stops what harms them, so it is no auditor any more.
  'privacy-officer': ['audit.read', 'trace.read', 'person.read', 'report.read', 'report.answer', 'session.end'],
  // R17: hears callers, stops cards and sign-ins, asks for the rest; sees no application and no evidence.
  support: [
    'trace.read',
    'person.read',
    'report.read',
    'report.answer',
    'session.end',
    'card.read',
    'card.suspend',
    'card.unlock',
    'card.ask',
  ],
  'card-office': [
    'person.read',
    'application.read',
    'application.write',
    'evidence.read',
    'card.read',
    'card.suspend',
    'card.ask',
    'card.issue',
    'event.note',
  ],
  'second-officer': [
    'person.read',
    'application.read',
    'application.decide',
    'evidence.read',
    'card.read',
    'card.confirm',
  ],
};

/** Acts that only look. Whoever audits holds no others. */
const looking: readonly Act[] = [
  'provider.read',
  'administrator.read',
  'audit.read',
  'trace.read',
  'system.read',
  'person.read',
  'report.read',
  'application.read',
  'evidence.read',
  'card.read',
];

/** Second halves: whoever had a hand in the first is refused. */
const secondHalves: readonly Act[] = ['provider.approve', 'application.decide', 'card.confirm'];

/** Nobody decides about their own card; stopping it is everybody's. */
const notForOneself: readonly Act[] = [
  'application.write',
  'application.decide',
  'card.unlock',
  'card.ask',
  'card.confirm',
  'card.issue',
];

const changes = (role: Role) => table[role].some((act) => !looking.includes(act));

/** Pairs that no account holds together. The auditor's follow from the table: no role beside it may change anything. */
const exclusive: readonly (readonly [Role, Role])[] = [
  ['registrar', 'approver'],
  ['card-office', 'second-officer'],
  // Support asks for what a second officer agrees to.
  ['support', 'second-officer'],
  ...roles.filter((role) => role !== 'operator').map((role) => ['operator', role] as const),
  ...roles.filter(changes).map((role) => ['auditor', role] as const),
  ...roles
    .filter((role) => role !== 'privacy-officer' && changes(role))
    .map((role) => ['privacy-officer', role] as const),
];

/** The first pair among these roles that may not be in one hand. */
export function exclusivePairIn(held: readonly Role[]): readonly [Role, Role] | undefined {
  return exclusive.find(([one, other]) => held.includes(one) && held.includes(other));
}

/** An administrator as far as decisions go. */
export interface Holder {
  readonly id: string;
  /** The person who holds the account; without it no work is told to be about themselves. */
  readonly residentRef?: string;
  readonly roles: readonly Role[];
  /** ms since 1970; from then on the account is nobody's (R20: a processor's ends with the contract). */
  readonly until: number;
}

/** Whose work the act is about: everybody who had a hand in what would become effective by it. */
export interface Work {
  readonly authors: readonly string[];
  /** The residents whom it is about. */
  readonly about?: readonly string[] | undefined;
}

export type ActRefusal = 'EXPIRED' | 'NOT_YOUR_ROLE' | 'OWN_WORK' | 'OWN_CARD' | 'ROLES_EXCLUSIVE';
export type ActDecision = { readonly allowed: true } | { readonly allowed: false; readonly reason: ActRefusal };

const refused = (reason: ActRefusal): ActDecision => ({ allowed: false, reason });

/** Whether this administrator may do this now. Pure, and the only place that decides it. */
export function decideAct(
  holder: Holder,
  act: Act,
  { at, work }: { at: number; work?: Work | undefined },
): ActDecision {
  if (holder.until <= at) return refused('EXPIRED');
  // A record that was written around the invitation gets nothing out of it.
  if (exclusivePairIn(holder.roles)) return refused('ROLES_EXCLUSIVE');
  if (!holder.roles.some((role) => table[role].includes(act))) return refused('NOT_YOUR_ROLE');
  if (secondHalves.includes(act) && (work?.authors ?? []).includes(holder.id)) return refused('OWN_WORK');
  const self = holder.residentRef !== undefined && (work?.about ?? []).includes(holder.residentRef);
  if (notForOneself.includes(act) && self) return refused('OWN_CARD');
  return { allowed: true };
}
