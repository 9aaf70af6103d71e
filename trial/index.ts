/**
 * The laptop trial: forty synthetic residents, demo cards, the card box that plays a reader, the directory of staff, and the
 * start of everything on local ports. Owns no rule of the product; nobody imports it but the command.
 */
export * from './addresses.ts';
export * from './directory.ts';
export * from './residents.ts';
export { makeSoftwareCard } from './seed.ts';
export * from './start.ts';
