/**
 * Federation: SAML 2.0 and OpenID Connect as pure protocol, without HTTP and without a database. Owns the levels of
 * sign-in, the provider registry, keys, metadata and pseudonymous links; `idp` hands in octets and collections and
 * sends what comes back.
 */
export * from './account-links.ts';
export * from './authn-context.ts';
export * from './errors.ts';
export * from './replay.ts';
