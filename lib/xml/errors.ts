import { HubError, type Outcome } from '../errors.ts';

const outcomes = {
  MESSAGE_TOO_LARGE: 'invalid',
  BASE64_MALFORMED: 'invalid',
  DEFLATE_MALFORMED: 'invalid',
  OCTETS_NOT_UTF8: 'invalid',
  MARKUP_FORBIDDEN: 'invalid',
  XML_MALFORMED: 'invalid',
  XML_TOO_COMPLEX: 'invalid',
  ID_REPEATED: 'invalid',
  STRUCTURE_WRONG: 'invalid',
  SIGNATURE_MISSING: 'denied',
  SIGNATURE_MALFORMED: 'denied',
  ALGORITHM_REFUSED: 'denied',
  REFERENCE_WRONG: 'denied',
  SIGNATURE_WRONG: 'denied',
  DIGEST_WRONG: 'denied',
  KEY_REFUSED: 'invalid',
  DECRYPTION_FAILED: 'denied',
} as const satisfies Record<string, Outcome>;

export type XmlErrorCode = keyof typeof outcomes;

/** Facts for the administrator's trace; never shown to a browser. */
export interface XmlErrorDetail {
  readonly element?: string;
  readonly reference?: string;
  readonly algorithm?: string;
  readonly expectedDigest?: string;
  readonly foundDigest?: string;
  readonly fingerprintsTried?: readonly string[];
}

export class XmlError extends HubError<XmlErrorCode> {
  readonly detail: XmlErrorDetail;

  constructor(
    code: XmlErrorCode,
    message: string,
    { detail = {}, ...options }: ErrorOptions & { detail?: XmlErrorDetail } = {},
  ) {
    super(code, outcomes[code], message, options);
    this.detail = detail;
  }
}
