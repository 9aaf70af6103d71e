import { z } from 'zod';
import { HubError } from '../lib/errors.ts';
import type { CardKeyService } from './card-key-service.ts';
import { versionedSecrets } from './card-key-versions.ts';
import { CardError, type CardErrorCode } from './errors.ts';

const bytes = (length: number) =>
  z.instanceof(Uint8Array).refine((value) => value.byteLength === length, `${length} bytes`);
const bytesUpTo = (most: number) =>
  z.instanceof(Uint8Array).refine((value) => value.byteLength <= most, `at most ${most} bytes`);
const number = (most: number) => z.int().min(0).max(most);

const readProof = z.object({
  id: bytes(16),
  ckv: number(0xffff),
  rc: bytes(16),
  blocks: z.array(number(0xff)).max(4),
  data: bytesUpTo(64),
  mac: bytes(8),
});
const generation = number(0xffff);
const ckRequest = z.object({
  purpose: z.enum(['issue', 'renew']),
  station: z.string().max(64),
  task: z.string().max(128),
  id: bytes(16),
  ckv: number(0xffff),
  recipient: bytes(32),
});
const signature = bytesUpTo(128);

/**
 * The operations that are offered outside the service's own thread, each with the shape of its arguments: all but those
 * that set a first PIN. A card key leaves only sealed to a station. The hub that asks may be in wrong hands, so nothing
 * of another shape gets to the service.
 */
const operations = {
  cardId: z.tuple([bytes(16)]),
  verifyRead: z.tuple([readProof]),
  authorise: z.tuple([readProof, number(0xff_ffff)]),
  evaluatePin: z.tuple([readProof, generation, bytes(32)]),
  verifyProof: z.tuple([bytes(16), generation, bytesUpTo(1024), bytesUpTo(128)]),
  evaluateNewPin: z.tuple([readProof, generation, bytes(32)]),
  adoptPin: z.tuple([
    bytes(16),
    generation,
    bytesUpTo(128),
    z.object({ transcript: bytesUpTo(1024), proof: bytesUpTo(128) }),
  ]),
  retirePin: z.tuple([z.string().max(64), generation]),
  makeVersion: z.tuple([z.enum(versionedSecrets), number(0xffff)]),
  issueCk: z.tuple([ckRequest, signature]),
  closeIssue: z.tuple([z.string().max(64), number(0xffff)]),
  renewCk: z.tuple([ckRequest, signature, readProof]),
  confirmVersion: z.tuple([readProof]),
  issuingVersion: z.tuple([]),
} as const satisfies Partial<Record<keyof CardKeyService, z.ZodType>>;

export type Operation = keyof typeof operations;
export const operationNames = Object.keys(operations) as readonly Operation[];
export type RemoteCardKeyService = Pick<CardKeyService, Operation>;

export const Call = z.object({ call: z.int(), operation: z.string(), args: z.array(z.unknown()).max(8) });
export type Call = z.output<typeof Call>;

export type Answer =
  | { readonly call: number; readonly ok: true; readonly value?: unknown }
  | { readonly call: number; readonly refusal: CardErrorCode; readonly message: string }
  | { readonly call: number; readonly failed: true };

/** Does what a call asks. A refusal keeps its code; of an unexpected error nothing is told but that there was one. */
export async function answerTo(
  { call, operation, args }: Call,
  service: RemoteCardKeyService,
  onFault: (error: unknown) => void,
): Promise<Answer> {
  const known = operationNames.find((name) => name === operation);
  const given = known && operations[known].safeParse(args);
  if (!known || !given?.success) return { call, failed: true };
  try {
    const act = service[known] as (...args: readonly unknown[]) => Promise<unknown>;
    return { call, ok: true, value: await act(...given.data) };
  } catch (error) {
    if (error instanceof CardError) return { call, refusal: error.code, message: error.message };
    onFault(error);
    // A token that is away is nobody's fault here, and comes back.
    if (error instanceof HubError && error.outcome !== 'invalid')
      return { call, refusal: 'KEY_SERVICE_UNAVAILABLE', message: `${error.message} (${error.code})` };
    return { call, failed: true };
  }
}
