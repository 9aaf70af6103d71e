import { changeKinds } from '../../card-auth/index.ts';
import { type DateStyle, Facts, formatDate, SelectField, Value } from '../../web/index.ts';
import { consentInWords } from './application-page.tsx';
import { mandateNames } from './copy.ts';
import type { InsurerConsent, Mandate } from './forms.ts';
import { eventNames, supportCopy } from './support-copy.ts';

export interface HeldForms {
  readonly mandates: readonly Mandate[];
  readonly consents: readonly InsurerConsent[];
}

interface CaseFormsOptions extends DateStyle {
  readonly held: HeldForms;
  readonly action: string;
  readonly csrf: string;
}

/** What the office keeps of a person beside the card: forms 2 and 3, and changes that were told (R36, R107, R108). */
export function CaseForms(options: CaseFormsOptions) {
  const { held, language } = options;
  const say = (key: keyof typeof supportCopy) => supportCopy[key][language];
  const has = held.mandates.length + held.consents.length > 0;
  return (
    <>
      {has ? (
        <section class="section">
          <h2>{say('forms')}</h2>
          {held.mandates.map((one) => (
            <Held
              key={one.id}
              {...{ ...options, one, kind: 'mandate' as const }}
              label={say('agent')}
              text={mandateInWords(one, options)}
            />
          ))}
          {held.consents.map((one) => (
            <Held
              key={one.id}
              {...{ ...options, one, kind: 'consent' as const }}
              label={say('insurer')}
              text={consentInWords(one, language)}
            />
          ))}
        </section>
      ) : null}
      <EventForm {...options} />
    </>
  );
}

function mandateInWords({ agent, kind, scope, from, to }: Mandate, { language }: DateStyle): string {
  const period = `${formatDate(from, language)} – ${to ? formatDate(to, language) : ''}`;
  return [`${agent} (${mandateNames[kind][language]})`, scope, period].filter((part) => part !== '').join(', ');
}

function Held({
  one: { id, withdrawnAt },
  kind,
  label,
  text,
  action,
  csrf,
  language,
}: CaseFormsOptions & {
  readonly one: Pick<Mandate | InsurerConsent, 'id' | 'withdrawnAt'>;
  readonly kind: 'mandate' | 'consent';
  readonly label: string;
  readonly text: string;
}) {
  const say = (key: keyof typeof supportCopy) => supportCopy[key][language];
  return (
    <article class="block">
      <Facts facts={[[label, <Value key="text">{text}</Value>]]} />
      {withdrawnAt === undefined ? (
        <form method="post" action={`${action}/withdraw`}>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="kind" value={kind} />
          <input type="hidden" name="id" value={id} />
          <button type="submit" class="button-plain" aria-label={`${say('withdraw')} ${text}`}>
            {say('withdraw')}
          </button>
        </form>
      ) : (
        <p>{say('withdrawn')}</p>
      )}
    </article>
  );
}

function EventForm({ action, csrf, language }: CaseFormsOptions) {
  const say = (key: keyof typeof supportCopy) => supportCopy[key][language];
  return (
    <section class="section">
      <h2>{say('eventTitle')}</h2>
      <p>{say('eventText')}</p>
      <form method="post" action={`${action}/event`}>
        <input type="hidden" name="csrf" value={csrf} />
        <SelectField
          name="kind"
          label={say('event')}
          empty={say('choose')}
          options={changeKinds.map((value) => ({ value, label: eventNames[value][language] }))}
          value=""
        />
        <div class="option">
          <input type="checkbox" id="leftArea" name="leftArea" value="1" />
          <label for="leftArea">{say('leftArea')}</label>
        </div>
        <button type="submit" class="button-plain">
          {say('note')}
        </button>
      </form>
    </section>
  );
}
