import type { IdWsfBody } from '../../federation/index.ts';
import type { Language } from '../../web/index.ts';
import { bodyCopy, bodyTypeChoices } from './body-copy.ts';

/** What a registration says of a body, where those of services have their contract. */
export function bodyFacts(
  { address, types, deadlineMs }: IdWsfBody,
  language: Language,
): (readonly [string, string])[] {
  const listed = types.map((type) => bodyTypeChoices.find(({ id }) => id === type)?.name[language] ?? type);
  return [
    [bodyCopy.address[language], address],
    [bodyCopy.types[language], listed.join(language === 'ja' ? '、' : ', ')],
    [bodyCopy.deadline[language], String(deadlineMs)],
  ];
}
