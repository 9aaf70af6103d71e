/**
 * The asking party's side of the attribute service: from the bootstrap that came with a sign-in to the resident's data
 * at the hub. Discovery, then the data service, each in a message signed with the party's key; what comes back counts
 * only as the hub's signed answer to it. Knows the hub by its protocols alone and keeps nothing.
 */
import { readXml, type XmlElement, XmlError } from '../../lib/xml/index.ts';
import { attributeTypeOf, catalogue } from '../catalogue.ts';
import type { CoverageAnswer, EligibilityAnswer } from '../coverage.ts';
import { eligibilityPath, parseCoverages, parseEligibility } from '../coverage-xml.ts';
import { buildQuery, type EndpointReference, parseEndpointReference, parseQueryResponse } from '../discovery.ts';
import { buildDataQuery, parseDataResponse, type QueryItem, type ReadDataResponse } from '../dst.ts';
import { AttributeError } from '../errors.ts';
import { SoapFault } from '../faults.ts';
import type { Status } from '../liberty.ts';
import type { Path } from '../select.ts';
import { createExchange, type ExchangeOptions, fromHub, type Hub } from './exchange.ts';

export { eligibilityPath } from '../coverage-xml.ts';
export { discoveryEprAttribute } from '../names.ts';
export type { Path } from '../select.ts';
export type { Hub } from './exchange.ts';

export type ConsumerOptions = ExchangeOptions;

interface Asked {
  readonly type: 'coverage' | 'eligibility';
  /** URN of the purpose of use. */
  readonly purpose: string;
  /** Whether the resident's browser is at hand, to be sent to the hub's page. */
  readonly redirect?: boolean;
  /** MessageID of the question that the resident has now been asked about (ResendMessage). */
  readonly resendOf?: string;
}

export interface Question extends Asked {
  /** Of an eligibility question: YYYY-MM-DD, and the insurer that the person states. */
  readonly date?: string;
  readonly insurerNumber?: string;
}

/** A question that is answered by yes or no, without data (DST 2.1 TestItem). */
export interface Test extends Asked {
  readonly path: Path;
}

/** What the hub says instead of an answer. */
export type Declined =
  /** Send the browser to `url` with ReturnToURL; ask again with `resendOf` when it comes back. */
  | { readonly kind: 'interaction'; readonly url: string; readonly messageId: string }
  /** Code of ID-WSF: of a fault, or of a Status. */
  | { readonly kind: 'refused'; readonly code: string };

export type Answer =
  | { readonly kind: 'answer'; readonly coverage?: CoverageAnswer; readonly eligibility?: EligibilityAnswer }
  | Declined;

export type TestAnswer = { readonly kind: 'answer'; readonly result: boolean } | Declined;

/** An endpoint reference as SAML hands it over, or as the text of an OIDC claim. */
export type BootstrapReference = XmlElement | string;

/**
 * Failures are AttributeError HUB_SILENT (no answer in time) and HUB_GARBLED (malformed, unsigned, of another sender or
 * to another question).
 */
export function createConsumer({ hub, timeoutMs = 20_000, ...options }: ConsumerOptions) {
  const exchange = createExchange(options);

  function query(bootstrap: BootstrapReference, question: Question): Promise<Answer> {
    const { type, date, insurerNumber } = question;
    const path =
      type === 'eligibility'
        ? eligibilityPath({ date, insurerNumber })
        : [{ name: catalogue[type].objectType, where: [] }];
    return ask<Answer>(bootstrap, question, { kind: 'query', path }, ({ data, status }) => {
      const [content, second] = data.flatMap((item) => item.content);
      if (!content && status.nested.length > 0) return refused(status);
      if (!content || second) throw garbled('the answer does not hold exactly one object');
      return type === 'coverage'
        ? { kind: 'answer', coverage: parseCoverages(content) }
        : { kind: 'answer', eligibility: parseEligibility(content) };
    });
  }

  function test(bootstrap: BootstrapReference, question: Test): Promise<TestAnswer> {
    const item = { kind: 'test', itemId: 't1', path: question.path } as const;
    return ask<TestAnswer>(bootstrap, question, item, ({ tests, status }) => {
      const result = tests.find(({ itemId }) => itemId === item.itemId)?.result;
      if (result === undefined && status.nested.length > 0) return refused(status);
      if (result === undefined) throw garbled('the answer lacks the result of the test');
      return { kind: 'answer', result };
    });
  }

  async function ask<A>(
    bootstrap: BootstrapReference,
    asked: Asked,
    item: QueryItem,
    read: (response: ReadDataResponse) => A | Declined,
  ): Promise<A | Declined> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const known = await fromHub(hub());
      const way = await discover(bootstrap, asked, known, signal);
      if ('kind' in way) return way;
      const { purpose, redirect, resendOf: relatesTo } = asked;
      const body = buildDataQuery({ serviceType: way.serviceType, items: [item] });
      const answer = await exchange({ ...way, body, purpose, redirect, relatesTo }, known, signal);
      if (answer.body.ns !== way.serviceType) throw garbled('the answer is of another service');
      const response = parseDataResponse(answer.body);
      return refusalIn(response.status) ?? read(response);
    } catch (cause) {
      if (cause instanceof SoapFault) return declined(cause);
      if (cause instanceof XmlError) throw garbled('the answer is not in the expected shape', cause);
      throw cause;
    }
  }

  /** ID-WSF DISCO: where the service is, and the token that opens it. */
  async function discover(
    bootstrap: BootstrapReference,
    { type, purpose }: Asked,
    known: Hub,
    signal: AbortSignal,
  ): Promise<Way | Declined> {
    const serviceType = attributeTypeOf(type)?.serviceType ?? '';
    const reference = typeof bootstrap === 'string' ? readXml(Buffer.from(bootstrap)) : bootstrap;
    const body = buildQuery([{ requestId: 'r1', resultsType: 'best', serviceTypes: [serviceType] }]);
    const answer = await exchange({ ...wayAt(parseEndpointReference(reference), known), body, purpose }, known, signal);
    const { status, references } = parseQueryResponse(answer.body);
    const found = references.find((one) => one.serviceType === serviceType);
    return refusalIn(status) ?? (found ? wayAt(found, known) : { kind: 'refused', code: 'NoResults' });
  }

  return { query, test };
}

export type Consumer = ReturnType<typeof createConsumer>;

interface Way {
  readonly address: string;
  readonly token: XmlElement;
  readonly serviceType: string;
}

/** The hub is the one service there is (it brokers), so no reference leads a token of ours anywhere else. */
function wayAt({ address, providerId, token, serviceType }: EndpointReference, hub: Hub): Way {
  if (providerId !== hub.providerId || !token)
    throw garbled('the endpoint reference is not of the hub, or lacks its token');
  return { address, token, serviceType };
}

/** OK and Partial come with an answer. */
function refusalIn(status: Status): Declined | undefined {
  return status.code === 'OK' || status.code === 'Partial' ? undefined : refused(status);
}

/** The second level says why. */
const refused = ({ code, nested }: Status): Declined => ({ kind: 'refused', code: nested[0]?.code ?? code });

function declined({ code, redirectUrl, relatesTo }: SoapFault): Declined {
  const asksResident = code === 'InteractionRequired' || code === 'InteractionRequiredForData';
  if (!asksResident || redirectUrl === undefined || relatesTo === undefined) return { kind: 'refused', code };
  // A browser will be sent there.
  if (!URL.canParse(redirectUrl) || !/^https?:$/.test(new URL(redirectUrl).protocol))
    throw garbled('the address for the resident is no web address');
  return { kind: 'interaction', url: redirectUrl, messageId: relatesTo };
}

const garbled = (message: string, cause?: Error) =>
  new AttributeError('HUB_GARBLED', message, cause === undefined ? {} : { cause });
