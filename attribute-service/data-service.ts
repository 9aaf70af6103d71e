import { dayIn } from '../lib/time.ts';
import type { XmlElement } from '../lib/xml/index.ts';
import type { Access, AccessLog } from './access-log.ts';
import type { Broker, PersonFacts } from './broker.ts';
import { type AttributeType, attributeTypeOfService, isPurpose, type Purpose } from './catalogue.ts';
import type { Consents, FoundConsent } from './consent.ts';
import type { ConsentRequests } from './consent-request.ts';
import type { CoverageAnswer } from './coverage.ts';
import { answerPlan, planQuery, refusedResponse } from './data-answer.ts';
import { buildDataResponse, type DataQuery } from './dst.ts';
import { everyBodyAnswered } from './eligibility.ts';
import type { AttributeErrorCode } from './errors.ts';
import type { EvidenceNumbers } from './evidence-number.ts';
import { decideTypeRelease, type Protection } from './release-policy.ts';

/** The registration of the party that asks. */
export interface AskingParty {
  /** `saml:` and the entityID, or `oidc:` and the client_id. */
  readonly id: string;
  readonly name: { readonly ja: string; readonly en: string };
  readonly contract: readonly string[];
  /** Origins a browser may be sent back to. */
  readonly returnOrigins: readonly string[];
  /** The facility or terminal that asks, for the access log. */
  readonly place?: { readonly ja: string; readonly en: string } | undefined;
}

/** What the hub sealed into the token when it issued it: for whom, about whom, for what. */
export interface OpenedHandle {
  readonly residentRef: string;
  readonly party: string;
  /** Id of the attribute type. */
  readonly type: string;
  /** Where the token is good for one purpose only. */
  readonly purpose?: string | undefined;
  /** Level of the sign-in or of the presentation. */
  readonly level: string;
  /** The SSO session it comes from; none at a counter. */
  readonly sessionId?: string | undefined;
  /** The card was presented at a counter for this type and purpose. */
  readonly presented?: boolean | undefined;
}

export interface DataRequest {
  readonly party: AskingParty;
  readonly handle: OpenedHandle;
  /** From the message itself (sb:UsageDirective). */
  readonly purpose: string | undefined;
  /** The party can send the browser to a page of the hub (sb:UserInteraction). */
  readonly redirect: boolean;
  readonly messageId: string;
  readonly query: DataQuery;
}

export type DataAnswer =
  | {
      readonly kind: 'answer';
      /** `QueryResponse` of the service type. */
      readonly body: XmlElement;
      /** Why it is a refusal. */
      readonly code?: AttributeErrorCode;
    }
  /** The resident is to be asked on the hub's page (fault InteractionRequired). */
  | { readonly kind: 'interaction'; readonly requestId: string };

export interface DataServiceOptions {
  readonly broker: Broker;
  readonly consents: Pick<Consents, 'find'>;
  readonly consentRequests: Pick<ConsentRequests, 'open'>;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly evidenceNumbers: EvidenceNumbers;
  readonly personOf: (
    residentRef: string,
  ) => Promise<(PersonFacts & { readonly protection?: readonly Protection[] | undefined }) | undefined>;
  readonly isLive: (sessionId: string) => Promise<boolean>;
  /** IANA name; its days are the days of the answers. */
  readonly timeZone: string;
  readonly now?: () => number;
  /** For the log: names of fields that could not be written. */
  readonly onDropped?: (fields: readonly string[]) => void;
}

/**
 * The data service behind whatever face: policy, then the bodies, then the access log, then the answer. Each answer and
 * each refusal is in the log before it leaves; when the log cannot be written, nothing leaves. Values are only in the
 * answer.
 */
export function createDataService(options: DataServiceOptions) {
  const { broker, consents, consentRequests, accessLog, evidenceNumbers, personOf, isLive, timeZone } = options;
  const { now = Date.now, onDropped = () => undefined } = options;
  const dayOf = dayIn(timeZone);

  async function answer(request: DataRequest): Promise<DataAnswer> {
    const { party, handle, purpose, query } = request;
    const type = attributeTypeOfService(query.serviceType);
    // The token is for one party, type and purpose; what the message says beside it must be the same.
    if (!type || handle.party !== party.id || handle.type !== type.id) return refuse(request, 'NOT_IN_CONTRACT');
    if (!isPurpose(purpose) || purpose !== (handle.purpose ?? purpose)) return refuse(request, 'PURPOSE_REFUSED');
    const [person, consent, live] = await Promise.all([
      personOf(handle.residentRef),
      consentFor(type, handle, purpose),
      handle.sessionId === undefined ? false : isLive(handle.sessionId),
    ]);
    if (!person) return refuse(request, 'ATTRIBUTE_UNKNOWN');
    const decision = decideTypeRelease({
      contract: party.contract,
      type,
      purpose,
      level: handle.level,
      session: live ? 'live' : 'ended',
      consent: consent.state,
      standing: consent.state === 'given' && consent.standing,
      presented: handle.presented === true,
      protection: person.protection,
    });
    if (!decision.released)
      return decision.askable && request.redirect
        ? askResident(request, type, purpose)
        : refuse(request, decision.reason);
    return release({ ...request, purpose }, type, person, consent);
  }

  async function consentFor(type: AttributeType, handle: OpenedHandle, purpose: Purpose): Promise<FoundConsent> {
    if (type.consent !== 'asked') return { state: 'none' };
    const { residentRef, party, sessionId } = handle;
    return consents.find({ residentRef, party, purpose, type: type.id, sessionId });
  }

  async function release(
    request: DataRequest & { readonly purpose: Purpose },
    type: AttributeType,
    person: PersonFacts & { readonly protection?: readonly Protection[] | undefined },
    consent: FoundConsent,
  ): Promise<DataAnswer> {
    const { query, purpose } = request;
    const plan = planQuery(query, dayOf(now()));
    // Nothing of it can be answered, so nobody is asked and nothing is accessed.
    if (plan.items.length === 0)
      return { kind: 'answer', body: buildDataResponse(answerPlan(plan, { answer: nothing, at: now() }).response) };
    const [said, reference] = await Promise.all([
      broker.ask(person, { purpose, type: type.id }),
      type.id === 'eligibility' ? evidenceNumbers.next() : undefined,
    ]);
    const hidden = type.id === 'eligibility' && person.protection?.includes('hideAddress');
    const given = hidden ? withoutAddresses(said) : said;
    const { response, dropped } = answerPlan(plan, { answer: given, at: now(), reference });
    if (dropped.length > 0) onDropped(dropped);
    await record(request, everyBodyAnswered(said) ? 'released' : 'partial', {
      sources: said.sources.map(({ id, state }) => ({ id, state })),
      ...(consent.state === 'given' ? { consent: consent.consent.id } : {}),
      ...(reference === undefined ? {} : { reference }),
    });
    return { kind: 'answer', body: buildDataResponse(response) };
  }

  async function askResident(request: DataRequest, type: AttributeType, purpose: Purpose): Promise<DataAnswer> {
    const { party, handle, messageId } = request;
    await record(request, 'withheld', { code: 'CONSENT_MISSING' });
    const { id } = await consentRequests.open({
      residentRef: handle.residentRef,
      party: party.id,
      partyName: party.name,
      types: [type.id],
      purpose,
      messageId,
      returnOrigins: party.returnOrigins,
    });
    return { kind: 'interaction', requestId: id };
  }

  async function refuse(request: DataRequest, code: AttributeErrorCode): Promise<DataAnswer> {
    await record(request, code === 'CONSENT_MISSING' ? 'withheld' : 'refused', { code });
    return {
      kind: 'answer',
      body: buildDataResponse(refusedResponse({ query: request.query, code, at: now() })),
      code,
    };
  }

  async function record(
    { party, handle, purpose, query }: DataRequest,
    result: Access['result'],
    more: Partial<Pick<Access, 'code' | 'sources' | 'consent' | 'reference'>>,
  ): Promise<void> {
    await accessLog.record({
      about: handle.residentRef,
      party: party.id,
      partyName: party.name,
      ...(party.place === undefined ? {} : { place: party.place }),
      // What a party claims is only repeated where it is a purpose there is.
      purpose: isPurpose(purpose) ? purpose : '',
      types: [attributeTypeOfService(query.serviceType)?.id ?? handle.type],
      result,
      sources: [],
      level: handle.level,
      ...more,
    });
  }

  return { answer };
}

export type DataService = ReturnType<typeof createDataService>;

const nothing: CoverageAnswer = { coverages: [], sources: [] };

const addressFields = ['address', 'postNumber', 'employerAddress'] as const;

/** R152: where a protected person lives and works is not shown at a counter; that it exists is. */
function withoutAddresses({ coverages, sources }: CoverageAnswer): CoverageAnswer {
  return {
    sources,
    coverages: coverages.map((coverage) => {
      const held = addressFields.filter((field) => coverage[field] !== undefined);
      const removed = Object.fromEntries(held.map((field) => [field, undefined]));
      const reasons = Object.fromEntries(held.map((field) => [field, 'not-disclosed' as const]));
      return { ...coverage, ...removed, withheld: { ...coverage.withheld, ...reasons } };
    }),
  };
}
