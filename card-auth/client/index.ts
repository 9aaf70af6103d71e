/**
 * The terminal side of the card sign-in: runs unchanged in the browser and in Node, so it uses neither node modules nor
 * Buffer. Owns the PIN while it is needed and gives out only blinded values and proofs; speaks FeliCa frames to a
 * reader and four messages to the hub.
 */
export * from '../pin.ts';
export * from '../readers/reader.ts';
export * from '../readers/software.ts';
export * from '../readers/usb.ts';
export * from './hand-over-digits.ts';
export * from './personalise.ts';
export * from './pin-secret.ts';
export * from './pin-setting.ts';
export * from './renew.ts';
export * from './sign-in.ts';
export * from './station-request.ts';
export * from './transcript.ts';
