import { HubError, type Outcome } from '../lib/errors.ts';
import type { XmlElement } from '../lib/xml/index.ts';
import { lu, sb, soap, unqualified } from './names.ts';

interface FaultKind {
  readonly outcome: Outcome;
  /** SOAP 1.1 4.4.1. */
  readonly side: 'Client' | 'Server' | 'MustUnderstand';
  /** All that the other side is told. It is chosen by code, so no fault can carry a value of a person. */
  readonly text: string;
}

const client = (text: string, outcome: Outcome = 'invalid'): FaultKind => ({ outcome, side: 'Client', text });
const server = (text: string, outcome: Outcome = 'denied'): FaultKind => ({ outcome, side: 'Server', text });

/** Status codes of ID-WSF SOAP Binding 2.0, and one of the Data Services Template for what is our own fault. */
const kinds = {
  InvalidActor: client('a header block is for another actor'),
  InvalidMustUnderstand: { ...client('a mandatory header block is not understood'), side: 'MustUnderstand' },
  StaleMsg: client('the message is not current', 'denied'),
  DuplicateMsg: client('the message was already received', 'denied'),
  InvalidRefToMsgID: client('the message relates to another one', 'denied'),
  ProviderIDNotValid: client('the sender is not known', 'denied'),
  AffiliationIDNotValid: client('affiliations are not known'),
  TargetIdentityNotValid: client('only the subject of the token can be asked about', 'denied'),
  FrameworkVersionMismatch: client('the framework version is not 2.0'),
  IDStarMsgNotUnderstood: client('the message is not one of this service'),
  InappropriateCredentials: client('the token or the signature is not accepted', 'denied'),
  ProcCtxURINotUnderstood: server('the processing context is not understood', 'invalid'),
  ProcCtxUnwilling: server('the processing context is declined'),
  CannotHonourUsageDirective: server('the purpose is not one of the contract'),
  EndpointUpdated: server('the service is elsewhere', 'unavailable'),
  ProcessingTimeout: server('processing took too long', 'unavailable'),
  InteractionRequired: server('the resident has to be asked'),
  InteractionRequiredForData: server('the resident has to be asked for data'),
  InteractionTimeNotSufficient: server('there is not enough time to ask the resident'),
  InteractionTimeout: server('the resident did not answer in time'),
  UnexpectedError: server('the service failed', 'unavailable'),
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof kinds;

export const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(kinds, code);

export interface FaultOptions extends ErrorOptions {
  /** With InteractionRequired: where the browser is to be sent (sb:RedirectRequest). */
  readonly redirectUrl?: string | undefined;
  /**
   * MessageID of the refused request. Of one that arrived here it is as it was read, perhaps unverified: only for
   * wsa:RelatesTo of the answer.
   */
  readonly relatesTo?: string | undefined;
}

/** A refusal that goes, or came, as a SOAP fault. Its message is for our log; the other side gets the text of the code. */
export class SoapFault extends HubError<FaultCode> {
  readonly redirectUrl: string | undefined;
  readonly relatesTo: string | undefined;

  constructor(code: FaultCode, message: string, { redirectUrl, relatesTo, ...options }: FaultOptions = {}) {
    super(code, kinds[code].outcome, message, options);
    this.redirectUrl = redirectUrl;
    this.relatesTo = relatesTo;
  }
}

/** S:Fault for the Body (SOAP 1.1 4.4): the Liberty code in detail/lu:Status. Over HTTP it goes with status 500. */
export function faultBody({ code, redirectUrl }: SoapFault): XmlElement {
  const { side, text } = kinds[code];
  return soap('Fault', {}, [
    unqualified('faultcode', {}, [`S:${side}`]),
    unqualified('faultstring', {}, [text]),
    unqualified('detail', {}, [
      lu('Status', { code }),
      redirectUrl === undefined ? undefined : sb('RedirectRequest', { redirectURL: redirectUrl }),
    ]),
  ]);
}
