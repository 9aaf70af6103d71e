import type { PinWay } from '../../card-auth/index.ts';
import type { Language } from '../../web/index.ts';
import { Help, TrialBox } from '../sign-in/card-panel.tsx';
import { signInCopy } from '../sign-in/copy.ts';
import { pinCopy, pinLiveCopyIn } from './pin-copy.ts';

export interface PinPageOptions {
  readonly language: Language;
  readonly way: PinWay;
  /** Where the browser program sends its messages. */
  readonly base: string;
  readonly csrfToken: string;
  readonly pinDigits: number;
  readonly softwareReader: string | undefined;
  readonly supportPhone: string;
}

/** The form in which a holder sets a PIN. Its fields are read by the browser program and sent nowhere: there is no action to send them to. */
export function PinPage(options: PinPageOptions) {
  const { language, way, base, csrfToken, pinDigits, softwareReader, supportPhone } = options;
  const say = (key: keyof typeof pinCopy) => pinCopy[key][language].replace('{n}', String(pinDigits));
  const live = pinLiveCopyIn(language, pinDigits);
  return (
    <>
      <h1>{say(way === 'change' ? 'changeTitle' : 'codeTitle')}</h1>
      <p>{say(way === 'change' ? 'changeLead' : 'codeLead')}</p>
      <div
        id="card-pin"
        data-way={way}
        data-base={base}
        data-csrf={csrfToken}
        data-digits={pinDigits}
        data-copy={JSON.stringify(live)}
        {...(softwareReader ? { 'data-reader': softwareReader } : {})}
      >
        <div id="problem" role="alert" tabindex={-1} />
        <div class="panel">
          <p id="status" class="status" role="status">
            {live.form}
          </p>
          <form id="pin-form" autocomplete="off">
            {way === 'change' ? (
              <Secret id="pin" label={say('current')} />
            ) : (
              <Secret id="code" label={say('code')} hint={say('codeHint')} shown />
            )}
            <Secret id="new-pin" label={say('chosen')} hint={say('chosenHint')} />
            <Secret id="again" label={say('again')} />
            <p class="actions">
              <button type="submit">{say(way === 'change' ? 'submitChange' : 'submitCode')}</button>
              <button id="show-pin" type="button" class="button-plain" aria-pressed={false}>
                {say('show')}
              </button>
            </p>
          </form>
        </div>
        <noscript>
          <p>{say('noScript')}</p>
        </noscript>
      </div>
      {way === 'change' ? (
        <p>
          <a class="button button-plain" href="/account/card">
            {say('back')}
          </a>
        </p>
      ) : null}
      {softwareReader ? <TrialBox language={language} reader={softwareReader} /> : null}
      <Help
        topics={[
          [signInCopy.forgot[language], signInCopy.forgotText[language]],
          [signInCopy.lost[language], signInCopy.lostText[language], [signInCopy.stopNow[language], '/card/stop']],
        ]}
        phone={supportPhone}
      />
    </>
  );
}

interface SecretProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** A code from a letter is long and of no use without the card: it is typed in sight. */
  readonly shown?: boolean;
}

function Secret({ id, label, hint, shown = false }: SecretProps) {
  const described = hint ? { 'aria-describedby': `${id}-hint` } : {};
  const common = { id, inputmode: 'numeric', autocomplete: 'off', required: true, ...described } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {shown ? (
        <input {...common} class="code" type="text" maxlength={40} />
      ) : (
        <input {...common} class="pin" type="password" maxlength={12} />
      )}
    </div>
  );
}
