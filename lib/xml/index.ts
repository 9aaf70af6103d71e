/**
 * The XML kernel: one gate for incoming XML, one canonical form for everything written, signatures that hand out only
 * what they cover, encryption. About 1,120 lines in all, so that an outsider can review it in an afternoon; start with
 * `read.ts` (the gate), then `canonical.ts`, then `signature.ts`.
 * It knows XML Signature and XML Encryption as SAML profiles them, and no SAML: message shapes, issuers and times are
 * the callers'. libxml2 only parses, in `libxml2.ts`.
 */
export { type SignatureAlgorithm, signatureUriOf } from './algorithms.ts';
export { canonicalize } from './canonical.ts';
export * from './encryption.ts';
export * from './errors.ts';
export * from './node.ts';
export * from './read.ts';
export * from './signature.ts';
export * from './write.ts';
