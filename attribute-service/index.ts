/**
 * Attribute service: decides what a provider may see of a resident. Owns the release policy; the catalogue, consent,
 * discovery and data services join it. Holds no attribute values and speaks no HTTP: `idp` asks for a decision and
 * releases exactly what it names.
 */
export * from './catalogue.ts';
export * from './coverage.ts';
export * from './errors.ts';
export * from './release-policy.ts';
export * from './sources/source.ts';
