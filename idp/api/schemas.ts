import { z } from 'zod';
import { changeKinds } from '../../card-auth/index.ts';
import { apiScopes, DeclaredContent, providerProtocols } from '../../federation/index.ts';
import { roles } from '../admin/roles.ts';
import { BasicData } from '../office/register.ts';
import { eventRefusals } from './event-refusals.ts';

/** What goes over the wire: the schemas that requests are held to, and that the OpenAPI document is made of. */

const Words = z.strictObject({ ja: z.string(), en: z.string() });
const Moment = z.iso.datetime().describe('UTC, RFC 3339.');
const Version = z.int().min(1).describe('Counts up with every change.');

const Finding = z.strictObject({
  code: z.string().describe('Name of the rule.'),
  severity: z.enum(['error', 'warning', 'note']).describe('error: cannot be registered.'),
  where: z.string().describe('Element or member, as a path.'),
  message: Words,
  remedy: Words,
  cite: z.string().describe('Document and section.'),
});

const Change = z.strictObject({
  field: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.string().optional(),
  after: z.string().optional(),
  trust: z.boolean().describe('It alters whom the hub believes, where answers go or what is in them.'),
  words: Words,
});

const Decision = z.strictObject({
  outcome: z.enum(['approved', 'rejected', 'suspended', 'resumed']),
  by: z.string().describe('Number of the administrator, or client:… for a program.'),
  at: Moment,
  comment: z.string(),
});

const statuses = z.enum(['pending', 'approved', 'suspended']);
const protocols = z.enum(providerProtocols);

const summary = {
  id: z.string().describe('saml: and the entityID, or oidc: and the client_id.'),
  protocol: protocols,
  key: z.string().describe('entityID or client_id.'),
  name: Words,
  status: statuses,
  version: Version,
  revisionWaits: z.boolean().describe('A change of it waits for approval.'),
  registeredAt: Moment,
  updatedAt: Moment,
};
const ProviderSummary = z.strictObject(summary);

const Revision = z.strictObject({
  provider: z.string(),
  authors: z.array(z.string()),
  at: Moment,
  version: Version,
  declaration: DeclaredContent,
  changes: z.array(Change),
});

const Provider = z.strictObject({
  ...summary,
  declaration: DeclaredContent.describe('As it can be sent back to change the registration.'),
  authors: z.array(z.string()).describe('Who had a hand in it; none of them may approve it.'),
  findings: z.array(Finding).describe('Of what waits, or of what is live.'),
  revision: Revision.nullable(),
  decisions: z.array(Decision),
});

const Written = z.strictObject({
  outcome: z
    .enum(['registered', 'changed', 'proposed', 'unchanged'])
    .describe('proposed: the live one stays as it is until somebody else approves the change.'),
  provider: Provider,
  client_secret: z.string().optional().describe('Made by the hub; in this one answer and nowhere else.'),
});

const CheckResult = z.strictObject({
  id: z.string(),
  act: z.enum(['register', 'change', 'keep']),
  registrable: z.boolean(),
  findings: z.array(Finding),
  changes: z.array(Change).describe('Against the change that waits, or what is registered.'),
  waits: z.boolean().describe('Somebody else will have to approve it.'),
});

const AuditRecord = z.strictObject({
  id: z.string(),
  at: Moment,
  type: z.string(),
  result: z.string(),
  actor: z.string().optional(),
  pseudonym: z.string().optional(),
  provider: z.string().optional(),
  code: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

const Administrator = z.strictObject({
  id: z.string(),
  roles: z.array(z.enum(roles)),
  since: Moment,
  until: Moment,
  invitedBy: z.string(),
  state: z.enum(['current', 'ended', 'revoked']),
});

const ResidentEvent = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.:-]{1,100}$/)
      .describe('Your own, new for every event. Told again with it, nothing happens twice.'),
    kind: z.enum(changeKinds),
    resident: z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .describe('The register’s reference of the person, or the pseudonym that the body was given by this hub.'),
    at: z.iso.datetime({ offset: true }).describe('When it happened: within the last 365 days.'),
    leftArea: z.boolean().optional().describe('With move, and always there: whether the person left the area.'),
    person: z
      .strictObject(BasicData.shape)
      .optional()
      .describe('Basic data after the change, for the new card. Not with death and coverage.'),
  })
  .refine(({ kind, leftArea }) => (kind === 'move') === (leftArea !== undefined), 'leftArea goes with move')
  .refine(({ kind, person }) => !person || (kind !== 'death' && kind !== 'coverage'), 'person does not go with this');

const EventResult = z.strictObject({
  index: z.int().describe('Place in what was sent, from 0.'),
  id: z.string().optional(),
  outcome: z
    .enum(['noted', 'repeated', 'unknown', 'refused'])
    .describe('repeated: it was told before. unknown: nobody here is meant; it is kept for 90 days and tried again.'),
  code: z.enum(eventRefusals).optional(),
  where: z.string().optional().describe('With EVENT_INVALID: the member that is wrong.'),
  remedy: Words.optional(),
});

const pageOf = <T extends z.ZodType>(items: T) =>
  z.strictObject({
    items: z.array(items),
    next: z
      .string()
      .optional()
      .describe('Send it as cursor for what follows. A page may be short and still have a next.'),
  });

const Hub = z.strictObject({
  issuer: z.url(),
  api: z.url(),
  profile: z.enum(['trial', 'production']),
  oidc: z.strictObject({ discovery: z.url(), jwks: z.url() }),
  saml: z.strictObject({ entityID: z.url(), metadata: z.url(), singleSignOn: z.url() }),
  levels: z.array(z.string()).describe('Context classes and acr values that a sign-in can reach.'),
  scopes: z.array(z.enum(apiScopes)),
  attributes: z
    .record(z.string(), z.array(z.string()))
    .describe('What a contract may list, each with the purposes of which one has to be listed too.'),
});

const Problem = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    trace: z.string().describe('Leads to the line in the log.'),
    remedy: Words,
    findings: z.array(Finding).optional(),
    errors: z.array(z.strictObject({ where: z.string(), message: z.string() })).optional(),
    scope: z.string().optional(),
  })
  .describe('RFC 9457');

const cursor = z.string().max(4096).optional();
const limit = z.coerce.number().int().min(1).max(200).default(50);

export const queries = {
  none: z.strictObject({}),
  page: z.strictObject({ cursor, limit }),
  providers: z.strictObject({
    status: statuses.optional(),
    protocol: protocols.optional(),
    q: z.string().trim().max(200).default(''),
    cursor,
    limit,
  }),
  audit: z.strictObject({
    provider: z.string().max(1100).default(''),
    pseudonym: z.string().max(300).default(''),
    type: z.string().max(100).default(''),
    actor: z.string().max(300).default(''),
    from: z.union([z.iso.date(), z.literal('')]).default(''),
    to: z.union([z.iso.date(), z.literal('')]).default(''),
    cursor,
  }),
};

export const bodies = {
  Check: z.strictObject({ declarations: z.array(DeclaredContent).min(1).max(50) }),
  Declaration: DeclaredContent,
  Events: z.strictObject({
    events: z
      .array(z.unknown())
      .min(1)
      .max(500)
      .describe('Each a ResidentEvent, and each checked and answered on its own.'),
  }),
  Ruling: z.strictObject({
    outcome: Decision.shape.outcome,
    comment: z.string().trim().min(1).max(1000).describe('Your reason, or what you checked. It is kept.'),
  }),
  StopCode: z.strictObject({
    code: z
      .string()
      .min(1)
      .max(60)
      .describe('The 16 digits as the caller entered them; spaces and hyphens do not count.'),
  }),
};

export const answers = {
  Hub,
  ProviderPage: pageOf(ProviderSummary),
  Provider,
  Written,
  Checked: z.strictObject({ results: z.array(CheckResult) }),
  RevisionPage: pageOf(Revision),
  AuditPage: pageOf(AuditRecord),
  AdministratorPage: pageOf(Administrator),
  CardStop: z.strictObject({
    state: z
      .enum(['stopped', 'not-in-use'])
      .describe('not-in-use: never activated, or ended. Either way nobody signs in with it.'),
  }),
  Told: z.strictObject({ results: z.array(EventResult) }),
};

/** Schemas with a name of their own in the document. */
export const named = {
  ...bodies,
  ...answers,
  Finding,
  Change,
  Decision,
  ProviderSummary,
  Revision,
  CheckResult,
  AuditRecord,
  Administrator,
  ResidentEvent,
  EventResult,
  Words,
  Problem,
};
export type SchemaName = keyof typeof named;
export type AnswerName = keyof typeof answers;
