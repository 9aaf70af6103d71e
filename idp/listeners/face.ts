import type { Face } from '../../config/index.ts';

const people: readonly Face[] = ['pages', 'setup', 'console'];
const protocols: readonly Face[] = ['pages', 'tokens'];

/** By the first part of the path; what is not here is a page of residents. */
const facesOfArea: Readonly<Record<string, readonly Face[]>> = {
  '.well-known': protocols,
  admin: ['console'],
  api: ['api'],
  assets: people,
  healthz: ['health'],
  oidc: ['tokens'],
  preferences: people,
  'service-logo': people,
  setup: ['setup'],
  // Administrators sign in with their card, too.
  'sign-in': ['pages', 'console'],
  'sign-out': ['pages', 'console'],
  soap: ['id-wsf'],
};

const facesOfPath: readonly (readonly [RegExp, readonly Face[]])[] = [
  [/^\/oidc\/authorize(\/|$)/, ['pages']],
  [/^\/oidc\/end-session(\/|$)/, ['pages']],
  [/^\/oidc\/jwks(\/|$)/, protocols],
  [/^\/saml\/metadata(\/|$)/, protocols],
  [/^\/saml\/slo\/soap(\/|$)/, ['tokens']],
  [/^\/\.well-known\/oauth-protected-resource(\/|$)/, ['api']],
];

/**
 * The faces to which an address belongs. Routers here take addresses in either case and with a slash behind, so this
 * does too: `/ADMIN` is the console.
 */
export function facesOf(path: string): readonly Face[] {
  const lower = path.toLowerCase();
  const found = facesOfPath.find(([pattern]) => pattern.test(lower));
  if (found) return found[1];
  const area = lower.split('/')[1] ?? '';
  return Object.hasOwn(facesOfArea, area) ? (facesOfArea[area] ?? []) : ['pages'];
}
