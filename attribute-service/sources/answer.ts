import { z } from 'zod';
import { OutgoingError } from '../../lib/outgoing.ts';
import type { Coverage } from '../coverage.ts';
import { AttributeError } from '../errors.ts';
import type { Source, SourceAnswer } from './source.ts';

/** What an adapter sends with; the composition root hands in `lib/outgoing`. Rejects when no whole answer came. */
export type PostToSource = (
  address: string,
  request: {
    readonly body: string;
    readonly contentType: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly acceptStatus: readonly number[];
    readonly maxBytes: number;
    readonly signal: AbortSignal;
  },
) => Promise<Uint8Array>;

/** Far above forty years of coverages, far below what would hurt. */
export const answerMaxBytes = 256 * 1024;

/** A body's clock may be a little ahead of ours. */
const aheadMs = 5 * 60_000;

// Control characters, lone surrogates and noncharacters have no place in a value, and XML could not carry them on.
const unwritable = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const text = z
  .string()
  .min(1)
  .max(1000)
  .refine((value) => !unwritable.test(value));
const day = z.iso.date();

/** A coverage as a body gives it: members that we do not know are left out, wrong ones make the answer unusable. */
const Coverages = z
  .array(
    z.object({
      insurerNumber: z.string().regex(/^(\d{6}|\d{8})$/),
      insurerName: text,
      insurerAddress: text.optional(),
      symbol: text.optional(),
      number: text,
      branch: text.optional(),
      relation: z.literal([1, 2]),
      insuredName: text.optional(),
      certificateClass: z.string().regex(/^0[1-7]$/),
      name: text,
      nameKana: text.optional(),
      sex: z.literal([1, 2, 3]),
      birthDate: day,
      postNumber: text.optional(),
      address: text.optional(),
      qualifiedOn: day,
      disqualifiedOn: day.optional(),
      lossReason: z
        .string()
        .regex(/^\d\d$/)
        .optional(),
      validFrom: day.optional(),
      validTo: day.optional(),
      copay: z.enum(['010', '020', '030']).optional(),
      preschool: z.boolean().optional(),
      employerName: text.optional(),
      employerAddress: text.optional(),
      withheld: z.record(z.string().regex(/^[A-Za-z]{1,40}$/), z.enum(['not-disclosed', 'not-applicable'])).optional(),
    }),
  )
  .max(200);

/**
 * Judges what a body said, whatever it was said in. The pseudonym has to be the one we asked about: an answer about
 * somebody else is the worst that a body can do. Neither message nor cause repeats anything of the answer.
 */
export function checkAnswer(
  { subject, asOf, coverages }: { subject: unknown; asOf: unknown; coverages: unknown },
  { source, asked, now }: { source: Pick<Source, 'id'>; asked: string; now: number },
): SourceAnswer {
  if (subject !== asked) throw garbled(source, 'is not about the person who was asked about');
  if (typeof asOf !== 'number' || !Number.isFinite(asOf) || asOf > now + aheadMs)
    throw garbled(source, 'does not say of when it is');
  const read = Coverages.safeParse(coverages);
  if (!read.success) throw garbled(source, 'does not have the agreed form');
  const list: readonly Coverage[] = read.data;
  return { subject: asked, asOf, coverages: list };
}

export const garbled = ({ id }: Pick<Source, 'id'>, what: string) =>
  new AttributeError('SOURCE_GARBLED', `the answer of ${id} ${what}`);

export const refused = ({ id }: Pick<Source, 'id'>, what: string) =>
  new AttributeError('SOURCE_REFUSED', `${id} ${what}`);

/** Why no whole answer came, as the transport says it. A server that is broken is as good as silent. */
export function noAnswer(source: Pick<Source, 'id'>, error: unknown): AttributeError {
  if (!(error instanceof OutgoingError)) return silent(source, error);
  if (error.code === 'ANSWER_TOO_LARGE') return garbled(source, 'is too large');
  const { status = 500 } = error;
  if (error.code !== 'ANSWER_NOT_OK' || status >= 500) return silent(source, error);
  return status >= 400
    ? refused(source, `declined with status ${status}`)
    : garbled(source, `came with status ${status}`);
}

/** No connection, or no answer before the deadline. The cause speaks of hosts and ports only. */
export const silent = ({ id }: Pick<Source, 'id'>, cause?: unknown) =>
  new AttributeError('SOURCE_SILENT', `${id} gave no answer in time`, { cause });
