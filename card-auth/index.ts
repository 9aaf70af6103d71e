/**
 * The credential: cards, keys, challenge, proof, PIN and life cycle, FeliCa frames and readers. Owns what proves that a
 * resident's card and PIN were presented; hands a `CardAuthentication` or a typed refusal to `idp` and knows neither
 * HTTP nor protocols. `client/` is the terminal side, a door of its own: it runs unchanged in a browser and in Node.
 */
export * from './card-key.ts';
export type { RemoteCardKeyService } from './card-key-calls.ts';
export * from './card-key-channel.ts';
export * from './card-key-service.ts';
export * from './card-key-stream.ts';
export {
  type SecretVersions,
  secretVersionOf,
  secretVersionsCollection,
  type VersionedSecret,
  versionedSecrets,
  versionNumberOf,
} from './card-key-versions.ts';
export * from './card-keys.ts';
export { countCards } from './card-limit.ts';
export * from './card-office.ts';
export * from './card-registry.ts';
export * from './card-tasks.ts';
export * from './challenge.ts';
export * from './code-batches.ts';
export * from './errors.ts';
export * from './hand-over-code.ts';
export * from './import.ts';
export * from './issuance.ts';
export * from './key-compromise.ts';
export * from './key-issuing.ts';
export * from './life-cycle.ts';
export * from './oprf.ts';
export * from './pin.ts';
export * from './pin-generations.ts';
export * from './pin-setting.ts';
export * from './possession.ts';
export * from './programme.ts';
export * from './renewal.ts';
export * from './resident-events.ts';
export * from './residents.ts';
export * from './schemes.ts';
export * from './sign-in.ts';
export * from './software/card.ts';
export * from './software/issue.ts';
export * from './software/lite-s.ts';
export * from './software/memory-text.ts';
export * from './software/transit.ts';
export * from './stations.ts';
export * from './stop-code.ts';
