import { consentTypeOf, isPurpose, purposes } from '../../attribute-service/index.ts';
import type { Language } from '../../web/index.ts';
import { accountCopy } from './copy.ts';

/** The catalogue's words stand within sentences; here they begin one. */
export const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Attribute types as residents read them; an entry of an older catalogue keeps its id. */
export const typeNames = (types: readonly string[], language: Language): string =>
  sentence(types.map((type) => consentTypeOf(type)?.name[language] ?? type).join(accountCopy.separator[language]));

/** A purpose in plain words. */
export const purposeWords = (purpose: string, language: Language): string =>
  isPurpose(purpose) ? sentence(purposes[purpose][language]) : purpose || accountCopy.noPurpose[language];
