import { type Language, Logo, Notice, type Preferences, Steps } from '../../web/index.ts';
import { CancelForm, Help, Reference } from '../sign-in/card-panel.tsx';
import { signInCopy } from '../sign-in/copy.ts';
import type { Authenticator } from './authenticators.ts';
import { passkeyCopy } from './copy.ts';
import { PasskeyPanel, proposedName } from './passkey-panel.tsx';

export interface PasskeyPageOptions {
  readonly interactionId: string;
  readonly csrfToken: string;
  readonly trace: string;
  /** Name of the service that asks, from its approved registration. */
  readonly service: string;
  readonly logo?: string | undefined;
  readonly supportPhone: string;
  /** The service only wishes for it: the resident may go on without. */
  readonly wish: boolean;
}

type Page = PasskeyPageOptions & { readonly preferences: Preferences };

const lostCardIn = (language: Language) =>
  [
    passkeyCopy.lostCard[language],
    passkeyCopy.lostCardText[language],
    [signInCopy.stopNow[language], '/card/stop'],
  ] as const;

/** After card and PIN: the bound key, or how to bind one right here. */
export function KeyPage(page: Page & { readonly bound: readonly Authenticator[]; readonly justBound: boolean }) {
  const { interactionId, csrfToken, service, supportPhone, bound, justBound } = page;
  const { language } = page.preferences;
  const say = (key: keyof typeof passkeyCopy) => passkeyCopy[key][language];
  const [steps, first] = [stepsIn(language), bound.length === 0];
  return (
    <>
      <h1>{say(first ? 'titleBind' : 'titleUse')}</h1>
      {page.logo ? <Logo src={page.logo} alt={service} /> : null}
      <Steps label={signInCopy.steps[language]} steps={steps} current={2} />
      <Notice kind="success" title={say(justBound ? 'justBound' : 'cardDone')} />
      <p>
        {say('before')}
        <strong>{service}</strong>
        {say('besides')}
      </p>
      {first ? <p>{say('what')}</p> : null}
      <PasskeyPanel
        {...{ language, csrfToken }}
        base={`/sign-in/${interactionId}/passkey`}
        use={first ? undefined : say('use')}
        bind={proposedName(language, bound)}
      />
      {page.wish ? <Without {...{ interactionId, csrfToken, language }} /> : null}
      <Help
        topics={[...(first ? [] : [[say('lost'), say('lostText')] as const]), lostCardIn(language)]}
        phone={supportPhone}
      />
      <CancelForm {...{ interactionId, csrfToken }} label={say('cancel')} />
      <Reference trace={page.trace} language={language} />
    </>
  );
}

function Without({
  interactionId,
  csrfToken,
  language,
}: Pick<PasskeyPageOptions, 'interactionId' | 'csrfToken'> & { readonly language: 'ja' | 'en' }) {
  return (
    <form method="post" action={`/sign-in/${interactionId}/without-passkey`}>
      <input type="hidden" name="csrf" value={csrfToken} />
      <p>{passkeyCopy.wish[language]}</p>
      <button type="submit" class="button-plain">
        {passkeyCopy.without[language]}
      </button>
    </form>
  );
}

const stepsIn = (language: 'ja' | 'en'): string[] => [
  signInCopy.stepCard[language],
  signInCopy.stepPin[language],
  passkeyCopy.stepKey[language],
  signInCopy.stepDone[language],
];

/** A passkey alone, and how to get one. `other`: card and PIN would do too. */
export function PasskeyPage(page: Page & { readonly other: boolean }) {
  const { interactionId, csrfToken, service, supportPhone } = page;
  const { language } = page.preferences;
  const say = (key: keyof typeof passkeyCopy) => passkeyCopy[key][language];
  return (
    <>
      <h1>{say('titleAlone')}</h1>
      {page.logo ? <Logo src={page.logo} alt={service} /> : null}
      <p>
        {say('before')}
        <strong>{service}</strong>
        {say('asks')}
      </p>
      <p>{say('what')}</p>
      <PasskeyPanel {...{ language, csrfToken }} base={`/sign-in/${interactionId}/passkey`} use={say('signIn')} />
      {page.wish ? <Without {...{ interactionId, csrfToken, language }} /> : null}
      <p>
        {page.other ? (
          <a class="button button-plain" href={`/sign-in/${interactionId}`}>
            {say('withCard')}
          </a>
        ) : null}
      </p>
      <details>
        <summary>{say('none')}</summary>
        <p>
          {say('noneText')} <a href="/account/authenticators">{say('manage')}</a>
        </p>
      </details>
      <Help topics={[[say('lost'), say('lostText')], lostCardIn(language)]} phone={supportPhone} />
      <CancelForm {...{ interactionId, csrfToken }} label={say('cancel')} />
      <Reference trace={page.trace} language={language} />
    </>
  );
}
