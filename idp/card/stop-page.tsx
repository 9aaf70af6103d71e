import { ErrorSummary, type Language, Notice, TextField } from '../../web/index.ts';
import { Reference } from '../sign-in/card-panel.tsx';
import { type StopProblem, stopCopy } from './stop-copy.ts';

export interface StopByCodeOptions {
  readonly language: Language;
  readonly csrfToken: string;
  /** What was typed, when it comes back to be corrected. */
  readonly typed: string;
  readonly problem?: StopProblem | undefined;
  readonly trace?: string | undefined;
  readonly notInUse: boolean;
  readonly phone: string;
}

/** R44: the card is stopped from home, by whoever has the letter; nothing of card or person is on it. */
export function StopByCodePage(options: StopByCodeOptions) {
  const { language, csrfToken, typed, problem, trace, notInUse, phone } = options;
  const say = (key: keyof typeof stopCopy) => stopCopy[key][language];
  return (
    <>
      {problem ? <ErrorSummary title={say('problems')} errors={[{ field: 'code', message: say(problem) }]} /> : null}
      <h1>{say('title')}</h1>
      {notInUse ? (
        <Notice kind="info" title={say('notInUse')} id="not-in-use">
          <p>{say('notInUseText')}</p>
        </Notice>
      ) : null}
      <p>{say('lead')}</p>
      <form method="post" action="/card/stop" class="section">
        <input type="hidden" name="csrf" value={csrfToken} />
        <TextField
          name="code"
          label={say('code')}
          hint={say('codeHint')}
          value={typed}
          error={problem ? say(problem) : undefined}
          inputmode="numeric"
          required
          language={language}
        />
        <p id="stop-effect">{say('effect')}</p>
        <p class="actions">
          <button type="submit" aria-describedby="stop-effect">
            {say('submit')}
          </button>
        </p>
      </form>
      <section class="section" aria-labelledby="no-code">
        <h2 id="no-code">{say('noCode')}</h2>
        <ul>
          <li>
            <a href="/account/card/stop">{say('passkey')}</a>
          </li>
          <li>
            {say('call')}: <a href={`tel:${phone.replaceAll('-', '')}`}>{phone}</a>
          </li>
        </ul>
      </section>
      {trace === undefined ? null : <Reference trace={trace} language={language} />}
    </>
  );
}
