import { type Preferences, Steps } from '../../web/index.ts';
import { liveCopy, liveCopyIn, signInCopy } from './copy.ts';

export interface CardPromptOptions {
  readonly interactionId: string;
  readonly csrfToken: string;
  /** Name of the service that asks, from its approved registration. */
  readonly service: string;
  readonly pinDigits: number;
  /** Trial: where the software reader listens. */
  readonly softwareReader?: string | undefined;
  readonly supportPhone: string;
}

/** The page that asks for card and PIN. The browser program fills it with life; what it says is all in here. */
export function CardPrompt(options: CardPromptOptions & { readonly preferences: Preferences }) {
  const { interactionId, csrfToken, service, pinDigits, softwareReader, supportPhone } = options;
  const { language } = options.preferences;
  const say = (key: keyof typeof signInCopy) => signInCopy[key][language];
  return (
    <>
      <h1>{say('title')}</h1>
      <p>
        {say('before')}
        <strong>{service}</strong>
        {say('asks')}
      </p>
      <div
        id="sign-in"
        data-base={`/sign-in/${interactionId}/card`}
        data-csrf={csrfToken}
        data-copy={JSON.stringify(liveCopyIn(language))}
        {...(softwareReader ? { 'data-reader': softwareReader } : {})}
      >
        <Steps label={say('steps')} steps={[say('stepCard'), say('stepPin'), say('stepDone')]} current={0} />
        <div id="problem" role="alert" />
        <div class="panel">
          <p id="status" class="status" role="status">
            {liveCopy[softwareReader ? 'waiting' : 'press'][language]}
          </p>
          <p id="keep" class="hint">
            {say('keep')}
          </p>
          <button id="connect" type="button" hidden>
            {say('connect')}
          </button>
          <PinForm language={language} digits={pinDigits} />
        </div>
        <noscript>
          <p>{say('noScript')}</p>
        </noscript>
      </div>
      {softwareReader ? <TrialBox language={language} reader={softwareReader} /> : null}
      <Help language={language} phone={supportPhone} />
      <form method="post" action={`/sign-in/${interactionId}/cancel`}>
        <input type="hidden" name="csrf" value={csrfToken} />
        <button type="submit" class="button-plain">
          {say('cancel')}
        </button>
      </form>
    </>
  );
}

/** Shown once a card lies on the reader; the browser program reads it and sends nothing of it. */
function PinForm({ language, digits }: { readonly language: 'ja' | 'en'; readonly digits: number }) {
  const say = (key: keyof typeof signInCopy) => signInCopy[key][language];
  return (
    <form id="pin-form" hidden>
      <label for="pin">{say('pinLabel')}</label>
      <input
        id="pin"
        class="pin"
        type="password"
        inputmode="numeric"
        autocomplete="off"
        maxlength={12}
        minlength={digits}
        required
        aria-describedby="pin-hint"
      />
      <p id="pin-hint" class="hint">
        {say('pinHint')}
      </p>
      <p class="actions">
        <button type="submit">{say('submit')}</button>
        <button id="show-pin" type="button" class="button-plain" aria-pressed={false}>
          {say('showPin')}
        </button>
      </p>
    </form>
  );
}

function TrialBox({ language, reader }: { readonly language: 'ja' | 'en'; readonly reader: string }) {
  const href = new URL('/', reader.replace(/^ws/, 'http')).href;
  return (
    <p>
      {signInCopy.trialBox[language]}:{' '}
      <a href={href} target="_blank" rel="noopener noreferrer">
        {signInCopy.openBox[language]}
      </a>
    </p>
  );
}

function Help({ language, phone }: { readonly language: 'ja' | 'en'; readonly phone: string }) {
  const topics = [
    ['lost', 'lostText'],
    ['forgot', 'forgotText'],
    ['which', 'whichText'],
  ] as const;
  return (
    <div>
      {topics.map(([title, text]) => (
        <details key={title}>
          <summary>{signInCopy[title][language]}</summary>
          <p>
            {signInCopy[text][language]} <a href={`tel:${phone.replaceAll('-', '')}`}>{phone}</a>
          </p>
        </details>
      ))}
    </div>
  );
}
