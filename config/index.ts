/**
 * Settings: the one schema, loading and the refusal of unsafe combinations. Owns what an operator may choose and its
 * defaults; reads no other folder's code. The composition roots load settings here and hand the parts on.
 */
export { KeyServiceSettings, type KeyTokenPlace } from './card-keys.ts';
export * from './errors.ts';
export { keyTimesOf } from './key-rotation.ts';
export { type Face, faces, type Listener, listenersOf, originOf } from './listeners.ts';
export * from './load.ts';
export type { Settings } from './settings.ts';
