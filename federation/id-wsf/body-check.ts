/** The linter for bodies that hold data (ID-WSF web service providers). */
import type { KeyObject } from 'node:crypto';
import { isRefusedHost } from '../../lib/outgoing.ts';
import { checkCertificate, keyFingerprint, strengthOf } from '../key-check.ts';
import { addressFindings, isLoopback, namesFindings, urlOf } from '../presentation-check.ts';
import type { CheckContext, DraftKey, ReadDraft, RegistrationDraft } from '../registration-draft.ts';
import { type Finding, finding } from '../registration-finding.ts';
import { bodyDeadline, holdsPrivateKey, keyIn, pemOf, rsaBitsMin } from './body.ts';

type Tree = Readonly<Record<string, unknown>>;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Undefined where it is no JSON object: the parser says why. */
export function checkBody(
  json: unknown,
  { name, contract, ...context }: CheckContext & Pick<RegistrationDraft, 'name' | 'contract'>,
): ReadDraft | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const members = json as Tree;
  const { keys, findings } = keyOf(textOf(members.publicKey), context.now);
  return {
    key: textOf(members.providerID),
    keys,
    findings: [
      ...addressOf(textOf(members.address), context),
      ...findings,
      ...typesOf(members.types, context),
      ...deadlineOf(members.deadlineMs),
      ...namesFindings({ ...name }, (language) => `name.${language}`),
      ...(contract ?? []).map((value) => finding('CONTRACT_OF_BODY', 'contract.attributes', { value })),
    ],
  };
}

/** What can be seen without asking a name server: where a name leads is judged at each call (lib/outgoing). */
function addressOf(address: string, { allowHttp, bodies }: CheckContext): Finding[] {
  const where = 'address';
  const url = urlOf(address);
  if (address === '') return [finding('BODY_ADDRESS_MISSING', where)];
  const form = addressFindings(address, where, { allowHttp }).filter(({ code }) => code !== 'ADDRESS_LOOPBACK');
  const reach = { allowLoopback: allowHttp, allowPrivate: bodies?.ownNetwork ?? false };
  const closed = url !== undefined && (isRefusedHost(url, reach) || (isLoopback(url) && !allowHttp));
  return closed ? [...form, finding('BODY_ADDRESS_PRIVATE', where, { value: url.hostname })] : form;
}

function keyOf(text: string, now: number): { keys: DraftKey[]; findings: Finding[] } {
  const where = 'publicKey';
  const refused = (code: 'BODY_KEY_MISSING' | 'BODY_KEY_PRIVATE' | 'BODY_KEY_UNREADABLE') => ({
    keys: [],
    findings: [finding(code, where)],
  });
  if (text.trim() === '') return refused('BODY_KEY_MISSING');
  if (holdsPrivateKey(text)) return refused('BODY_KEY_PRIVATE');
  const pem = pemOf(text);
  const key = keyIn(text);
  if (!pem || !key) return refused('BODY_KEY_UNREADABLE');
  const dates = pem.label === 'CERTIFICATE' ? checkCertificate(pem.base64, where, now).findings : [];
  return {
    keys: [{ fingerprint: keyFingerprint(key), where, use: undefined }],
    // What is said of a key that a service may have does not hold for one that things are encrypted for.
    findings: [...strengthFindings(key, where), ...dates.filter(({ code }) => code !== 'KEY_REFUSED')],
  };
}

function strengthFindings(key: KeyObject, where: string): Finding[] {
  const value = strengthOf(key);
  if (key.asymmetricKeyType !== 'rsa') return [finding('BODY_KEY_NOT_RSA', where, { value })];
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < rsaBitsMin ? [finding('BODY_KEY_WEAK', where, { value })] : [];
}

function typesOf(types: unknown, { bodies }: CheckContext): Finding[] {
  const where = 'types';
  if (!Array.isArray(types) || types.length === 0) return [finding('TYPES_MISSING', where)];
  return types
    .filter((type) => bodies && !bodies.types.some((known) => known === type))
    .map((type) => finding('TYPE_UNKNOWN', where, { value: wordOf(type) }));
}

function deadlineOf(deadline: unknown): Finding[] {
  const { min, max } = bodyDeadline;
  const fits = Number.isInteger(deadline) && Number(deadline) >= min && Number(deadline) <= max;
  if (deadline === undefined || fits) return [];
  return [finding('DEADLINE_OUT_OF_BOUNDS', 'deadlineMs', { value: wordOf(deadline) })];
}
