import { randomText } from '../lib/random.ts';

export interface PagePolicy {
  readonly nonce?: string;
  /** Where forms of this page may go besides ourselves: the ACS of one party, say. */
  readonly formAction?: readonly string[];
  readonly connect?: readonly string[];
}

/** helmet's default form-action 'self' would break the POST binding, so the policy is written per page. */
export function contentSecurityPolicy({ nonce, formAction = [], connect = [] }: PagePolicy): string {
  const script = nonce ? `'self' 'nonce-${nonce}'` : "'self'";
  return [
    "default-src 'none'",
    `script-src ${script}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    `form-action ${["'self'", ...formAction].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

export const newNonce = () => randomText(16, 'base64url');
