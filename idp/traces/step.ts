import { sha256 } from '../../lib/bytes.ts';

export const replaced = '…';
const wordForm = /^[A-Za-z][\w .:()/+#-]{0,79}$/;
const isWord = (value: string) => wordForm.test(value) && !/\d{5}/.test(value);

/**
 * What a trace may say: a whitelist of facts, each with the one form it can have. A fact that is not listed cannot be
 * written, and a value that does not have the form is replaced. Never in a trace: NameIDs and other pseudonyms, names,
 * attribute values, PIN and card material, tokens, codes, cookies, RelayState, state and nonce. Where parties write
 * freely (addresses, names of classes), whatever could be a number of a person or a token is cut out.
 */
const forms = {
  /** Our own words, and short ones of a specification. */
  word: (value) => (isWord(value) ? value : replaced),
  /** A name out of a specification: algorithm, class, format. */
  uri: (value) =>
    isWord(value) || (/^(urn|https?):[\w.:/#-]{1,180}$/.test(value) && !/\d{5}/.test(value)) ? value : replaced,
  /** The party's own public identifier, whole: one character more or less is what a refusal hangs on. */
  party: (value) => value.slice(0, 256).replaceAll(/\p{C}/gu, replaced),
  address: (value) => addressOf(value),
  /** Found by whoever has the message: the beginning of the SHA-256 of the ID. */
  hashed: (value) => sha256(value).toString('hex').slice(0, 12),
  /** Name of a parameter, element or attribute. */
  name: (value) => (/^[A-Za-z][A-Za-z_-]{0,39}$/.test(value) ? value : replaced),
  digest: (value) => (/^[\w+/=:-]{1,128}$/.test(value) ? value : replaced),
  /** Reasons as our code and libraries phrase them for logs; what they might quote is cut out. */
  sentence: (value) =>
    value
      .replaceAll(/[^\x20-\x7e]+/g, '…')
      .replaceAll(/\S*\d{5}\S*|\S{41,}|\S*@\S*/g, '…')
      .slice(0, 160),
} as const satisfies Record<string, (value: string) => string>;

const facts = {
  protocol: 'word',
  provider: 'party',
  endpoint: 'word',
  binding: 'word',
  parameters: 'name',
  elements: 'name',
  attributes: 'name',
  id: 'hashed',
  issuedAt: 'time',
  destination: 'address',
  acs: 'address',
  acsIndex: 'word',
  redirect: 'address',
  signed: 'word',
  signature: 'uri',
  digest: 'uri',
  nameIdFormat: 'uri',
  fresh: 'flag',
  passive: 'flag',
  maxAge: 'number',
  comparison: 'word',
  classes: 'uri',
  responseType: 'word',
  responseMode: 'word',
  scopes: 'name',
  prompts: 'name',
  challenge: 'word',
  grantType: 'uri',
  next: 'word',
  why: 'word',
  level: 'uri',
  signedInAt: 'time',
  class: 'uri',
  act: 'word',
  released: 'name',
  withheld: 'word',
  to: 'address',
  parts: 'word',
  encryption: 'word',
  keyTransport: 'word',
  error: 'word',
  code: 'word',
  cause: 'word',
  told: 'word',
  reason: 'sentence',
  remainingTries: 'number',
  element: 'word',
  algorithm: 'uri',
  expectedDigest: 'digest',
  foundDigest: 'digest',
  fingerprintsTried: 'digest',
} as const satisfies Record<string, keyof typeof forms | 'time' | 'number' | 'flag'>;

export type FactName = keyof typeof facts;
type ValueOf<Form> = Form extends 'time' | 'number'
  ? number
  : Form extends 'flag'
    ? boolean
    : string | readonly string[];
/** Facts as they are handed in; what is undefined is left out. */
export type Facts = { readonly [Name in FactName]?: ValueOf<(typeof facts)[Name]> | undefined };

export const stepKinds = ['request', 'decision', 'prompt', 'card', 'release', 'answer', 'refused'] as const;
export type StepKind = (typeof stepKinds)[number];

export interface TraceStep {
  /** ms since 1970. */
  readonly at: number;
  readonly kind: StepKind;
  readonly facts: Readonly<Partial<Record<FactName, string | number | boolean | readonly string[]>>>;
}

const listMax = 12;

/** The step with nothing in it but what the whitelist lets through. */
export function redact(at: number, kind: StepKind, given: Facts): TraceStep {
  const kept = Object.entries(given).flatMap(([name, value]) => {
    const form = Object.hasOwn(facts, name) ? facts[name as FactName] : undefined;
    const written = form && value !== undefined ? valueIn(form, value) : undefined;
    return written === undefined ? [] : [[name, written] as const];
  });
  return { at, kind, facts: Object.fromEntries(kept) };
}

function valueIn(form: (typeof facts)[FactName], value: unknown): string | number | boolean | string[] | undefined {
  if (form === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (form === 'time' || form === 'number')
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return forms[form](value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const written = value.slice(0, listMax).map((one) => forms[form](String(one)));
  return value.length > listMax ? [...written, replaced] : written;
}

/** Scheme, host and path: queries, fragments and credentials carry tokens, and so may long or numeric parts of a path. */
function addressOf(value: string): string {
  if (!URL.canParse(value)) return replaced;
  const { protocol, host, pathname, search, hash } = new URL(value);
  const path = pathname
    .slice(0, 400)
    .split('/')
    .map((part) => (part.length > 40 || /\d{5}|@|%40/.test(part) ? replaced : part))
    .join('/');
  return `${protocol}${host ? `//${host.slice(0, 200)}` : ''}${path}${search || hash ? `?${replaced}` : ''}`;
}
