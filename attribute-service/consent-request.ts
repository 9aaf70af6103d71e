import { randomText } from '../lib/random.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../storage/index.ts';
import { AttributeError } from './errors.ts';

/**
 * A question that a party's refused query left for the resident: the hub's page shows it and one decision closes it
 * (ID-WSF SOAP Binding, RedirectRequest).
 */
export interface ConsentRequest extends StoredRecord {
  readonly residentRef: string;
  readonly party: string;
  readonly partyName: { readonly ja: string; readonly en: string };
  readonly types: readonly string[];
  readonly purpose: string;
  /** wsa:MessageID of the query, which the party is told to send again. */
  readonly messageId: string;
  /** Where the browser may be sent back to: origins that the party registered. */
  readonly returnOrigins: readonly string[];
  /** Where the browser goes in the end, when it comes back to the hub first; its host is what the resident reads. */
  readonly partyOrigins?: readonly string[] | undefined;
  readonly expiresAt: number;
}

export const consentRequestCollection: CollectionDefinition = { name: 'consent-request' };

export interface ConsentRequestsOptions {
  readonly requests: Collection<ConsentRequest>;
  readonly now?: () => number;
  readonly lifetimeMs?: number;
}

export function createConsentRequests({ requests, now = Date.now, lifetimeMs = 10 * 60_000 }: ConsentRequestsOptions) {
  async function open(facts: Omit<ConsentRequest, 'id' | 'expiresAt'>): Promise<ConsentRequest> {
    const request = { ...facts, id: randomText(24, 'base64url'), expiresAt: now() + lifetimeMs };
    await requests.insert(request);
    return request;
  }

  /** The open question, for the resident it is about; for anybody else there is none. */
  async function get(id: string, residentRef: string): Promise<ConsentRequest> {
    return ownOf(await requests.get(id), residentRef);
  }

  /** For the door of the page alone, which has to know whose question it is before it asks for a card. */
  function peek(id: string): Promise<ConsentRequest | undefined> {
    return requests.get(id);
  }

  /** Ends the question: of two decisions, in whatever windows, one counts. */
  async function close(id: string, residentRef: string): Promise<ConsentRequest> {
    // Looked at first, so that another resident who holds the address cannot use it up.
    await get(id, residentRef);
    return ownOf(await requests.take(id), residentRef);
  }

  return { open, get, peek, close };
}

export type ConsentRequests = ReturnType<typeof createConsentRequests>;

function ownOf(request: ConsentRequest | undefined, residentRef: string): ConsentRequest {
  if (!request || request.residentRef !== residentRef)
    throw new AttributeError('CONSENT_REQUEST_UNKNOWN', 'the question was answered, has expired, or is for another');
  return request;
}

/**
 * The party's address to return to with the outcome: the MessageID to send again, or 0 for not to. Undefined where the
 * address is not on an origin of the party: the page then stays with the hub.
 */
export function returnUrlOf(request: ConsentRequest, returnTo: string, agreed: boolean): string | undefined {
  const url = URL.parse(returnTo);
  // `null` is what javascript: and data: have for an origin.
  if (!url || url.origin === 'null' || !request.returnOrigins.includes(url.origin)) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.searchParams.set('ResendMessage', agreed ? request.messageId : '0');
  return url.href;
}
