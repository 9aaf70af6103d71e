/**
 * Relying parties: portal, clinic terminal, K-MIX and PHR. Each is a site of its own with its own sessions and keys and
 * knows the hub only through SAML or OpenID Connect. They share one small shell: the site, the sign-in record, and an
 * adapter per protocol; what a party is for lives in its own folder.
 */
export * from './clinic/main.tsx';
export * from './errors.ts';
export * from './k-mix/main.tsx';
export * from './phr/main.tsx';
export * from './portal/main.tsx';
export type { PartyOptions } from './relying-party.tsx';
export * from './site.tsx';
