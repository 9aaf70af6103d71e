import { Steps } from '../../web/index.ts';
import { referenceCopy } from '../refusal-page.tsx';
import { signInCopy } from './copy.ts';

export interface CardPanelOptions {
  readonly language: 'ja' | 'en';
  readonly interactionId: string;
  readonly csrfToken: string;
  /** What the browser program says, in the page's language. */
  readonly live: Readonly<Record<string, string>>;
  /** What stands under the status while the card has to stay where it is. */
  readonly keep: string;
  /** Without it the card alone is asked for, and the page has no field for a PIN. */
  readonly pin?: PinWords | undefined;
  /** Trial: where the software reader listens. */
  readonly softwareReader?: string | undefined;
}

export interface PinWords {
  readonly digits: number;
  readonly label: string;
  readonly hint: string;
  readonly submit: string;
  /**
   * Whether the holder may have the digits shown. Not where others look at the same screen; there the hint stands
   * before the field, so that it is read before anything is typed.
   */
  readonly mayShow: boolean;
}

/** Steps, status and PIN field: what the browser program fills with life, on every page that asks for a card. */
export function CardPanel(options: CardPanelOptions) {
  const { language, interactionId, csrfToken, live, keep, pin, softwareReader } = options;
  const say = (key: keyof typeof signInCopy) => signInCopy[key][language];
  const steps = [say('stepCard'), ...(pin ? [say('stepPin')] : []), say('stepDone')];
  return (
    <>
      <div
        id="sign-in"
        data-base={`/sign-in/${interactionId}/card`}
        data-csrf={csrfToken}
        data-level={pin ? 'card-pin' : 'card'}
        data-copy={JSON.stringify(live)}
        {...(softwareReader ? { 'data-reader': softwareReader } : {})}
      >
        <Steps label={say('steps')} steps={steps} current={0} />
        <div id="problem" role="alert" />
        <div class="panel">
          <p id="status" class="status" role="status">
            {live[softwareReader ? 'waiting' : 'press']}
          </p>
          <p id="keep" class="hint">
            {keep}
          </p>
          <button id="connect" type="button" hidden>
            {say('connect')}
          </button>
          {pin ? <PinForm language={language} words={pin} /> : null}
        </div>
        <noscript>
          <p>{say('noScript')}</p>
        </noscript>
      </div>
      {softwareReader ? <TrialBox language={language} reader={softwareReader} /> : null}
    </>
  );
}

/** Shown once a card lies on the reader; the browser program reads it and sends nothing of it. */
function PinForm({ language, words }: { readonly language: 'ja' | 'en'; readonly words: PinWords }) {
  const hint = (
    <p id="pin-hint" {...(words.mayShow ? { class: 'hint' } : {})}>
      {words.hint}
    </p>
  );
  return (
    <form id="pin-form" hidden>
      <label for="pin">{words.label}</label>
      {words.mayShow ? null : hint}
      <input
        id="pin"
        class="pin"
        type="password"
        inputmode="numeric"
        autocomplete="off"
        maxlength={12}
        minlength={words.digits}
        required
        aria-describedby="pin-hint"
      />
      {words.mayShow ? hint : null}
      <p class="actions">
        <button type="submit">{words.submit}</button>
        {words.mayShow ? (
          <button id="show-pin" type="button" class="button-plain" aria-pressed={false}>
            {signInCopy.showPin[language]}
          </button>
        ) : null}
      </p>
    </form>
  );
}

export function TrialBox({ language, reader }: { readonly language: 'ja' | 'en'; readonly reader: string }) {
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

/** Questions a holder may have before the card is read, with the number to call. */
export function Help({
  topics,
  phone,
}: {
  readonly topics: readonly (readonly [title: string, text: string, page?: readonly [name: string, href: string]])[];
  readonly phone: string;
}) {
  return (
    <div class="help">
      {topics.map(([title, text, page]) => (
        <details key={title}>
          <summary>{title}</summary>
          {page ? (
            <p>
              <a href={page[1]}>{page[0]}</a>
            </p>
          ) : null}
          <p>
            {text} <a href={`tel:${phone.replaceAll('-', '')}`}>{phone}</a>
          </p>
        </details>
      ))}
    </div>
  );
}

/** One code for the whole sign-in, from the first page on; a refusal shows the same. */
export function Reference({ trace, language }: { readonly trace: string; readonly language: 'ja' | 'en' }) {
  return (
    <p class="hint">
      {referenceCopy[language]}: <code>{trace}</code>
    </p>
  );
}

/** Works without the browser program; the party is told that the holder went away. */
export function CancelForm({
  interactionId,
  csrfToken,
  label,
}: {
  readonly interactionId: string;
  readonly csrfToken: string;
  readonly label: string;
}) {
  return (
    <form method="post" action={`/sign-in/${interactionId}/cancel`}>
      <input type="hidden" name="csrf" value={csrfToken} />
      <button type="submit" class="button-plain">
        {label}
      </button>
    </form>
  );
}
