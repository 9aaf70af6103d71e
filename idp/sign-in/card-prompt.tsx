import { Logo, Notice, type Preferences } from '../../web/index.ts';
import { passkeyCopy } from '../authenticators/copy.ts';
import { CancelForm, CardPanel, Help, Reference } from './card-panel.tsx';
import { liveCopyIn, signInCopy } from './copy.ts';

export interface CardPromptOptions {
  readonly interactionId: string;
  /** What a caller reads out on the telephone. */
  readonly trace: string;
  readonly csrfToken: string;
  /** Name of the service that asks, from its approved registration. */
  readonly service: string;
  /** Address of its picture, at the hub. */
  readonly logo?: string | undefined;
  readonly pinDigits: number;
  /** Trial: where the software reader listens. */
  readonly softwareReader?: string | undefined;
  readonly supportPhone: string;
}

/** The page that asks for card and PIN. The browser program fills it with life; what it says is all in here. */
export function CardPrompt(
  options: CardPromptOptions & {
    readonly preferences: Preferences;
    readonly test: boolean;
    /** A passkey would do as well. */
    readonly other: boolean;
  },
) {
  const { interactionId, csrfToken, service, logo, pinDigits, softwareReader, supportPhone } = options;
  const { language } = options.preferences;
  const say = (key: keyof typeof signInCopy) => signInCopy[key][language];
  const pin = {
    digits: pinDigits,
    label: say('pinLabel'),
    hint: say('pinHint'),
    submit: say('submit'),
    mayShow: true,
  };
  return (
    <>
      <h1>{say('title')}</h1>
      {logo ? <Logo src={logo} alt={service} /> : null}
      <p>
        {say('before')}
        <strong>{service}</strong>
        {say('asks')}
      </p>
      {options.test ? (
        <Notice kind="info" title={say('test')}>
          <p>{say('testText')}</p>
        </Notice>
      ) : null}
      <CardPanel
        {...{ language, interactionId, csrfToken, softwareReader, pin }}
        live={liveCopyIn(language)}
        keep={say('keep')}
      />
      {options.other ? (
        <>
          <p>{passkeyCopy.withPasskeyHint[language]}</p>
          <p>
            <a class="button button-plain" href={`/sign-in/${interactionId}?with=passkey`}>
              {passkeyCopy.withPasskey[language]}
            </a>
          </p>
        </>
      ) : null}
      <Help
        topics={[
          [say('lost'), say('lostText'), [say('stopNow'), '/card/stop']],
          [say('forgot'), say('forgotText')],
          [say('which'), say('whichText')],
        ]}
        phone={supportPhone}
      />
      <CancelForm {...{ interactionId, csrfToken }} label={say('cancel')} />
      <Reference trace={options.trace} language={language} />
    </>
  );
}
