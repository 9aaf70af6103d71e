/**
 * The credential: cards, keys, challenge, proof, PIN and life cycle, FeliCa frames and readers. Owns what proves that a
 * resident's card and PIN were presented; hands a `CardAuthentication` or a typed refusal to `idp` and knows neither
 * HTTP nor protocols. `client/` is the terminal side, a door of its own: it runs unchanged in a browser and in Node.
 */
export * from './card-key-service.ts';
export * from './card-registry.ts';
export * from './errors.ts';
export * from './life-cycle.ts';
export * from './oprf.ts';
export * from './pin.ts';
export * from './sign-in.ts';
