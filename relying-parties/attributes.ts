import { type Consumer, createConsumer } from '../attribute-service/consumer/index.ts';
import { AttributeError } from '../attribute-service/index.ts';
import type { IdentityProviderMetadata } from '../federation/index.ts';
import type { Log } from '../lib/log.ts';
import { postBytes } from '../lib/outgoing.ts';
import type { SigningKey } from '../lib/xml/index.ts';

/** How this party shows itself to the hub's attribute service, and knows the hub there. */
export interface PartyIdentity {
  readonly providerId: string;
  /** The key that its registration names, and that the hub's tokens are good for. */
  readonly key: () => SigningKey;
  readonly hub: () => Promise<Pick<IdentityProviderMetadata, 'entityId' | 'signingKeys'>>;
}

/** A fault comes under the status of its meaning, as the hub does it, or under the 500 of SOAP 1.1 section 6.2. */
const faultStatuses = [400, 403, 404, 409, 500, 503];

/** Asks the hub for data about whoever signed in, or stood at the counter. */
export type Attributes = Pick<Consumer, 'query'>;

export interface AttributesOptions {
  readonly trial: boolean;
  readonly log: Log;
  readonly now: () => number;
}

export function createAttributes({ providerId, key, hub }: PartyIdentity, { trial, log, now }: AttributesOptions) {
  // The key is read at each question, since the ring may have another one by then.
  const consumer = () =>
    createConsumer({
      providerId,
      key: key(),
      hub: async () => {
        const { entityId, signingKeys } = await hub();
        return { providerId: entityId, keys: signingKeys };
      },
      post: (address, { action, body, signal }) =>
        postBytes(address, {
          body,
          contentType: 'text/xml; charset=utf-8',
          headers: { soapaction: `"${action}"` },
          signal,
          acceptStatus: [200, ...faultStatuses],
          allowLoopback: trial,
        }),
      now,
    });

  /** For the operator: what went wrong, in codes. What was asked and answered is nobody's business but the page's. */
  const query: Attributes['query'] = async (bootstrap, question) => {
    try {
      const reply = await consumer().query(bootstrap, question);
      if (reply.kind === 'refused') log.info({ type: question.type, code: reply.code }, 'the hub refused');
      return reply;
    } catch (error) {
      if (error instanceof AttributeError)
        log.warn({ type: question.type, code: error.code, reason: error.message }, 'the hub cannot be asked');
      throw error;
    }
  };

  return { query };
}
