import { TextField } from '../../web/index.ts';
import { passkeyCopy, passkeyLiveCopyIn } from './copy.ts';

export interface PasskeyPanelOptions {
  readonly language: 'ja' | 'en';
  /** Path that the browser program posts to. */
  readonly base: string;
  readonly csrfToken: string;
  /** Label of the button that asks for a passkey; none where there is none to ask for. */
  readonly use?: string | undefined;
  /** The name that is proposed for a new passkey; none where none can be bound. */
  readonly bind?: string | undefined;
}

/** Status and buttons: what the browser program fills with life, on every page with passkeys. */
export function PasskeyPanel({ language, base, csrfToken, use, bind }: PasskeyPanelOptions) {
  const live = passkeyLiveCopyIn(language);
  const binding = bind === undefined ? null : <Binding language={language} name={bind} />;
  return (
    <div id="passkey" data-base={base} data-csrf={csrfToken} data-copy={JSON.stringify(live)}>
      <div id="passkey-problem" role="alert" />
      <div class="panel">
        <p id="passkey-status" class="status" role="status">
          {live.ready}
        </p>
        {use === undefined ? (
          binding
        ) : (
          <p class="actions">
            <button id="passkey-use" type="button">
              {use}
            </button>
          </p>
        )}
      </div>
      {use === undefined || binding === null ? null : (
        <details>
          <summary>{passkeyCopy.other[language]}</summary>
          <p>
            {passkeyCopy.otherText[language]} <a href="/account/authenticators">{passkeyCopy.manage[language]}</a>
          </p>
          {binding}
        </details>
      )}
      <noscript>
        <p>{passkeyCopy.noScript[language]}</p>
      </noscript>
    </div>
  );
}

function Binding({ language, name }: { readonly language: 'ja' | 'en'; readonly name: string }) {
  return (
    <form id="passkey-bind">
      <p>{passkeyCopy.bindHow[language]}</p>
      <p class="hint">{passkeyCopy.onlyOwn[language]}</p>
      <TextField
        name="passkey-name"
        label={passkeyCopy.name[language]}
        hint={passkeyCopy.nameHint[language]}
        value={name}
        required
        language={language}
      />
      <p class="actions">
        <button type="submit">{passkeyCopy.bind[language]}</button>
      </p>
    </form>
  );
}

/** A name that tells a new passkey from those that are there. */
export function proposedName(language: 'ja' | 'en', bound: readonly { readonly name: string }[]): string {
  const [name, taken] = [passkeyCopy.nameGiven[language], new Set(bound.map((one) => one.name))];
  const candidates = [name, ...bound.map((_, at) => `${name} ${at + 2}`)];
  return candidates.find((candidate) => !taken.has(candidate)) ?? name;
}
