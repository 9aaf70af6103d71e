import { HubError } from '../../lib/errors.ts';
import type { SigningKey, VerificationKey, XmlElement } from '../../lib/xml/index.ts';
import { AttributeError } from '../errors.ts';
import { newMessageUri } from '../names.ts';
import { buildSoap, type ReceivedSoap, readAnswer } from '../soap.ts';

/** The hub as its metadata announces it. */
export interface Hub {
  readonly providerId: string;
  readonly keys: readonly VerificationKey[];
}

export interface ExchangeOptions {
  /** Our own providerID: the entityID of a SAML party, `oidc:` and the client_id of an OIDC party. */
  readonly providerId: string;
  /** The key that the tokens confirm: the one of our registration. */
  readonly key: SigningKey;
  readonly hub: () => Promise<Hub>;
  /** Sends `text/xml` with the SOAPAction; resolves to the octets of an answer, of a fault with status 500 too. */
  readonly post: (
    address: string,
    message: { readonly action: string; readonly body: string; readonly signal: AbortSignal },
  ) => Promise<Uint8Array>;
  readonly now?: () => number;
  /** For all messages of one question. */
  readonly timeoutMs?: number;
}

/** One message of ours, with the token that opens the service. */
export interface Outgoing {
  readonly address: string;
  readonly token: XmlElement;
  readonly body: XmlElement;
  readonly purpose: string;
  readonly redirect?: boolean | undefined;
  readonly relatesTo?: string | undefined;
}

/** Signs, sends, and takes only what the hub signed as the answer to this very message. */
export function createExchange({ providerId, key, post, now = Date.now }: Omit<ExchangeOptions, 'hub' | 'timeoutMs'>) {
  return async function exchange(message: Outgoing, hub: Hub, signal: AbortSignal): Promise<ReceivedSoap> {
    const { address, body, ...headers } = message;
    const messageId = newMessageUri();
    const action = `${body.ns}:${body.name}`;
    const outgoing = { ...headers, action, to: address, sender: providerId, messageId, body };
    const text = await buildSoap(outgoing, { key, now: now() });
    const octets = await fromHub(post(address, { action, body: text, signal }));
    return readAnswer(octets, { relatesTo: messageId, sender: hub.providerId, keys: hub.keys, now: now() });
  };
}

/** What the way to the hub can do to us, in our words. Anything else is a fault of the party's own code. */
export async function fromHub<R>(answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof HubError && cause.outcome === 'invalid')
      throw new AttributeError('HUB_GARBLED', 'the answer cannot be taken', { cause });
    const isSilent = cause instanceof HubError || (cause instanceof Error && /^(Abort|Timeout)Error$/.test(cause.name));
    if (!isSilent) throw cause;
    throw new AttributeError('HUB_SILENT', 'the hub gave no answer in time', { cause });
  }
}
