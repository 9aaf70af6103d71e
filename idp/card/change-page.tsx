import { type DateStyle, Facts, formatMoment, Notice } from '../../web/index.ts';
import { changeCopy, itemNames } from './change-copy.ts';
import { type ChangeRequest, changedItems } from './change-requests.ts';

interface ChangePageOptions extends DateStyle {
  /** The one that is open. */
  readonly told: ChangeRequest | undefined;
  readonly nothingChosen: boolean;
  readonly csrfToken: string;
}

/** R35: what will happen stands before the button, and what is asked for is no personal data. */
export function ChangePage({ told, nothingChosen, csrfToken, ...style }: ChangePageOptions) {
  const { language } = style;
  const say = (key: keyof typeof changeCopy) => changeCopy[key][language];
  return (
    <>
      <h1>{say('title')}</h1>
      {told ? (
        <>
          <Notice kind="success" title={say('told')}>
            <p>{say('toldText')}</p>
          </Notice>
          <Facts
            facts={[
              [say('which'), told.items.map((item) => itemNames[item][language]).join(language === 'ja' ? '、' : ', ')],
              [say('toldAt'), formatMoment(told.at, style)],
            ]}
          />
        </>
      ) : (
        <p>{say('lead')}</p>
      )}
      <p>{say('papers')}</p>
      {told ? null : (
        <form method="post" action="/account/card/change">
          <input type="hidden" name="csrf" value={csrfToken} />
          <fieldset class="options" aria-describedby={nothingChosen ? 'item-error' : undefined}>
            <legend>{say('which')}</legend>
            {nothingChosen ? (
              <p class="error" id="item-error">
                <span aria-hidden="true">✖ </span>
                {say('choose')}
              </p>
            ) : null}
            {changedItems.map((item) => (
              <div key={item} class="option">
                <input type="checkbox" id={`item-${item}`} name="item" value={item} />
                <label for={`item-${item}`}>{itemNames[item][language]}</label>
              </div>
            ))}
          </fieldset>
          <p class="actions">
            <button type="submit">{say('send')}</button>
          </p>
        </form>
      )}
      <p>
        <a href="/account/card">{say('back')}</a>
      </p>
    </>
  );
}
