import { type DateStyle, Facts, formatMoment, Notice } from '../../web/index.ts';
import type { Authenticator } from '../authenticators/authenticators.ts';
import { PasskeyPanel, proposedName } from '../authenticators/passkey-panel.tsx';
import { authenticatorsCopy } from './authenticators-copy.ts';

export interface AuthenticatorsPageOptions {
  readonly authenticators: readonly Authenticator[];
  readonly just: 'bound' | 'removed' | undefined;
  readonly csrfToken: string;
  readonly timeZone: string;
  readonly supportPhone: string;
}

type Parts = AuthenticatorsPageOptions & DateStyle;

/** What is bound, since when and last used; removing, binding, and what to do after a loss. */
export function AuthenticatorsPage(options: Parts) {
  const { authenticators, just, csrfToken, language } = options;
  const say = (key: keyof typeof authenticatorsCopy) => authenticatorsCopy[key][language];
  const first = authenticators.length === 0;
  return (
    <>
      <h1>{say('title')}</h1>
      {just ? (
        <div tabindex={-1} autofocus>
          <Notice kind="success" title={say(just)} id={just} />
        </div>
      ) : null}
      <p>{say('lead')}</p>
      <section class="section" aria-labelledby="list-title">
        <h2 id="list-title">{say('list')}</h2>
        {first ? <p>{say('none')}</p> : <p class="hint">{say('removeHint')}</p>}
        {authenticators.map((authenticator) => (
          <Block key={authenticator.id} {...{ authenticator, options }} />
        ))}
      </section>
      <section class="section" aria-labelledby="add-title">
        <h2 id="add-title">{say(first ? 'addFirst' : 'add')}</h2>
        <PasskeyPanel
          {...{ language, csrfToken }}
          base="/account/authenticators/passkey"
          bind={proposedName(language, authenticators)}
        />
      </section>
      <Losses {...options} />
      <p>
        <a class="button button-plain" href="/account">
          {say('back')}
        </a>
      </p>
    </>
  );
}

function Block({ authenticator, options }: { readonly authenticator: Authenticator; readonly options: Parts }) {
  const { language, csrfToken } = options;
  const { id, name, createdAt, lastUsedAt, copiedAt } = authenticator;
  const say = (key: keyof typeof authenticatorsCopy) => authenticatorsCopy[key][language];
  return (
    <article class="block" id={`passkey-${id}`}>
      <h3>{name}</h3>
      <Facts
        facts={[
          [say('created'), formatMoment(createdAt, options)],
          [say('used'), lastUsedAt === undefined ? say('never') : formatMoment(lastUsedAt, options)],
          ...(copiedAt === undefined ? [] : [[say('state'), say('copied')] as const]),
        ]}
      />
      <form method="post" action={`/account/authenticators/${id}/remove`}>
        <input type="hidden" name="csrf" value={csrfToken} />
        <button type="submit" class="button-plain" aria-label={say('removeOf').replace('{name}', () => name)}>
          {say('remove')}
        </button>
      </form>
    </article>
  );
}

function Losses({ language, supportPhone }: Pick<Parts, 'language' | 'supportPhone'>) {
  const say = (key: keyof typeof authenticatorsCopy) => authenticatorsCopy[key][language];
  return (
    <section class="section" aria-labelledby="lost-title">
      <h2 id="lost-title">{say('lost')}</h2>
      <h3>{say('lostDevice')}</h3>
      <p>{say('lostDeviceText')}</p>
      <h3>{say('lostCard')}</h3>
      <p>
        {say('lostCardText')} <a href={`tel:${supportPhone.replaceAll('-', '')}`}>{supportPhone}</a>
      </p>
      <p>{say('noMail')}</p>
    </section>
  );
}
