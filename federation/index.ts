/**
 * Federation: SAML 2.0 and OpenID Connect as pure protocol, without HTTP and without a database. Owns the levels of
 * sign-in, the provider registry, keys, metadata, messages and pseudonymous links (the pilot's relay DB); `idp` hands
 * in octets and collections and sends what comes back. It holds no attribute values and never sees a card.
 */
export * from './account-links.ts';
export * from './authn-context.ts';
export * from './entity-registry.ts';
export * from './errors.ts';
export * from './id-wsf/body.ts';
export { keyFingerprint } from './key-check.ts';
export * from './key-material.ts';
export * from './key-moves.ts';
export * from './key-ring.ts';
export * from './key-rotation.ts';
export * from './level-words.ts';
export * from './oidc/api-access.ts';
export * from './oidc/client-metadata.ts';
export * from './party-keys.ts';
export * from './provider-protocol.ts';
export * from './registered-keys.ts';
export * from './registration-check.ts';
export * from './registration-diff.ts';
export * from './registration-draft.ts';
export * from './registration-file.ts';
export { type Finding, finding } from './registration-finding.ts';
export * from './registration-plan.ts';
export * from './replay.ts';
export * from './saml/authn-request.ts';
export * from './saml/bindings.ts';
export * from './saml/idp-metadata.ts';
export * from './saml/logout-request.ts';
export * from './saml/logout-response.ts';
export * from './saml/message-facts.ts';
export * from './saml/metadata.ts';
export * from './saml/name-id.ts';
export * from './saml/names.ts';
export { offeredAttribute } from './saml/offered-attributes.ts';
export * from './saml/response.ts';
export * from './saml/service-provider.ts';
export * from './saml/soap-binding.ts';
export * from './saml/staff-attributes.ts';
export * from './tls-certificate.ts';
