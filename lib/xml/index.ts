/**
 * The XML kernel: one gate for incoming XML, one canonical form for everything written, signatures that hand out only
 * what they cover, encryption. About 1,300 lines in all, so that an outsider can review it in an afternoon; start with
 * `read.ts` (the gate), then `canonical.ts`, `signed-info.ts` and the two profiles of signatures on it: `signature.ts`
 * (one element, as SAML has it) and `references.ts` (many elements of one document, as WS-Security has it).
 * It knows XML Signature and XML Encryption as these profile them, and no SAML or SOAP: message shapes, tokens, issuers
 * and times are the callers'. libxml2 only parses, in `libxml2.ts`.
 */
export { type SignatureAlgorithm, signatureUriOf, signatureUris } from './algorithms.ts';
export { canonicalize } from './canonical.ts';
export * from './encryption.ts';
export * from './errors.ts';
export * from './keys.ts';
export * from './node.ts';
export * from './read.ts';
export * from './references.ts';
export * from './signature.ts';
export { ds, dsNamespace, exclusiveC14n, prefixesOf } from './signed-info.ts';
export * from './write.ts';
