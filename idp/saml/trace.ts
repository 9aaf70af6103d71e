import type { Context } from 'koa';
import { type ReceivedMessage, readAuthnRequestFacts } from '../../federation/index.ts';
import { parseInstant } from '../../lib/time.ts';
import type { Facts } from '../traces/step.ts';
import { traceOf } from '../traces/trace.ts';

/** Reads the message of a binding, and notes what came; whoever looks at it later reads the message once more. */
export function decodeNoted(
  ctx: Context,
  {
    binding,
    parameters,
    decode,
  }: { binding: string; parameters: () => URLSearchParams; decode: () => ReceivedMessage },
): ReceivedMessage {
  let message: ReceivedMessage | undefined;
  traceOf(ctx).note('request', () => ({
    protocol: 'saml',
    binding,
    parameters: [...parameters().keys()],
    ...(message ? messageFacts(message) : {}),
  }));
  message = decode();
  return message;
}

function messageFacts(message: ReceivedMessage): Facts {
  const { issueInstant, ...facts } = readAuthnRequestFacts(message);
  return { ...facts, issuedAt: issueInstant === undefined ? undefined : parseInstant(issueInstant) };
}
