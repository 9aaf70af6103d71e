import type { Schemes } from '../../card-auth/index.ts';
import { type DateStyle, Facts, formatMoment, type Text } from '../../web/index.ts';
import { browserWords } from '../browser-words.ts';
import type { Happenings } from '../happenings.ts';
import type { SsoSession } from '../session.ts';
import type { SignInPlace } from '../sign-in/last-sign-ins.ts';
import { accountCopy } from './copy.ts';
import { previousCopy } from './previous-copy.ts';

/** R68: the sign-in before this one, with what went wrong between the two. */
export interface PreviousSignIn extends SignInPlace {
  /** Registered name of the service that it was for. */
  readonly service?: Text | undefined;
  readonly failures: number;
}

/** As far as failures are counted. */
export const failuresMost = 50;

export interface PreviousOptions {
  readonly happenings: Pick<Happenings, 'listOf'>;
  readonly schemes: Pick<Schemes, 'refsOf'>;
  readonly partyNameOf: (party: string) => Promise<Text | undefined>;
}

/** Undefined for a first sign-in. */
export async function previousOf(
  { residentRef, previous, startedAt }: SsoSession,
  { happenings, schemes, partyNameOf }: PreviousOptions,
): Promise<PreviousSignIn | undefined> {
  if (!previous) return undefined;
  const { happenings: latest } = await happenings.listOf(await schemes.refsOf(residentRef), { limit: 200 });
  const between = latest.filter(({ at, refused }) => refused && at >= previous.at && at <= startedAt);
  const service =
    previous.party === undefined ? undefined : ((await partyNameOf(previous.party)) ?? accountCopy.goneService);
  return { ...previous, service, failures: Math.min(between.length, failuresMost) };
}

export function PreviousSection({ previous, ...style }: DateStyle & { readonly previous: PreviousSignIn | undefined }) {
  const { language } = style;
  const say = (key: keyof typeof previousCopy) => previousCopy[key][language];
  return (
    <section class="section" id="previous" aria-labelledby="previous-title">
      <h2 id="previous-title">{say('title')}</h2>
      {previous ? <Facts facts={factsOf(previous, style)} /> : <p>{say('first')}</p>}
      {previous ? <p>{say('notYours')}</p> : null}
    </section>
  );
}

function factsOf({ at, browser, service, failures }: PreviousSignIn, style: DateStyle): (readonly [string, string])[] {
  const { language } = style;
  const say = (key: keyof typeof previousCopy) => previousCopy[key][language];
  const times = failures >= failuresMost ? say('many') : say('times').replace('{n}', String(failures));
  return [
    [say('at'), formatMoment(at, style)],
    [say('place'), browserWords(browser, language)],
    [say('service'), service?.[language] ?? say('here')],
    [say('failures'), failures === 0 ? say('noFailures') : `✖ ${times}`],
  ];
}
