import type { CardRecord } from '../../card-auth/index.ts';
import {
  Breadcrumb,
  DateField,
  type DateStyle,
  Facts,
  type Language,
  Notice,
  SelectField,
  TextField,
  Value,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type CallerCase, questions } from './caller-cases.ts';
import { CardBlock } from './support-cards.tsx';
import { questionNames, supportCopy } from './support-copy.ts';
import { CaseForms, type HeldForms } from './support-forms.tsx';

const say = (key: keyof typeof supportCopy, language: Language) => supportCopy[key][language];

export interface FindOptions {
  readonly typed: { readonly number: string; readonly name: string; readonly birthDate: string };
  readonly problem: 'notFound' | 'several' | undefined;
  readonly csrf: string;
}

/** Where a call begins. What is looked for is sent as a form, so that no name stands in an address. */
export function FindCaller({ typed, problem, csrf, language }: FindOptions & { readonly language: Language }) {
  const field = (name: 'number' | 'name' | 'birthDate') => ({
    name,
    label: say(name, language),
    hint: say(`${name}Hint`, language),
    value: typed[name],
    required: false,
    language,
  });
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title', language)}
        language={language}
      />
      <h1>{say('title', language)}</h1>
      <p>{say('lead', language)}</p>
      {problem ? <Notice kind="warning" title={say(problem, language)} /> : null}
      <form method="post" action="/admin/support" class="section">
        <input type="hidden" name="csrf" value={csrf} />
        <TextField {...field('number')} inputmode="numeric" />
        <TextField {...field('name')} />
        <DateField {...field('birthDate')} />
        <button type="submit">{say('find', language)}</button>
      </form>
    </>
  );
}

export interface CaseOptions {
  readonly call: CallerCase;
  readonly name: string;
  readonly cards: readonly CardRecord[];
  /** Whether there is a card that can still be stopped. */
  readonly stoppable: boolean;
  readonly told: 'asked' | 'done' | undefined;
  readonly may: Readonly<Record<'stop' | 'ask' | 'unlock' | 'note' | 'full', boolean>>;
  readonly held: HeldForms;
  readonly csrf: string;
}

type Parts = CaseOptions & DateStyle;

/** One call: the script, stopping first, the check, and what may be asked for after it. */
export function CasePage(options: Parts) {
  const { call, name, told, may, language } = options;
  const action = `/admin/support/${call.id}`;
  const states = { 'not yet': 'notYet', passed: 'passed', failed: 'failed' } as const;
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: say('title', language), href: '/admin/support' },
        ]}
        current={say('call', language)}
        language={language}
      />
      <h1>{say('call', language)}</h1>
      {told ? <Notice kind="success" title={say(told, language)} /> : null}
      <Facts
        facts={[
          [say('person', language), <Value key="person">{name}</Value>],
          [say('checked', language), say(states[call.checked], language)],
        ]}
      />
      <details open={call.checked === 'not yet'}>
        <summary>{say('script', language)}</summary>
        <ol>
          {(['step1', 'step2', 'step3', 'step4'] as const).map((step) => (
            <li key={step}>{say(step, language)}</li>
          ))}
        </ol>
      </details>
      {may.stop ? <Stop {...options} action={action} /> : null}
      {call.checked === 'not yet' ? <Questions {...options} action={action} /> : null}
      {call.checked === 'failed' ? (
        <Notice kind="warning" title={say('failed', language)}>
          <p>{say('failedText', language)}</p>
        </Notice>
      ) : null}
      <Cards {...options} action={action} />
      {may.note ? <CaseForms {...options} action={action} /> : null}
      <form method="post" action={`${action}/close`} class="section">
        <input type="hidden" name="csrf" value={options.csrf} />
        <button type="submit" class="button-plain">
          {say('close', language)}
        </button>
      </form>
    </>
  );
}

type Acting = Parts & { readonly action: string };

function Stop({ stoppable, csrf, action, language }: Acting) {
  const reasons = ['LOST', 'STOLEN', 'DAMAGED', 'REQUEST'] as const;
  return (
    <section class="section">
      <h2>{say('stopTitle', language)}</h2>
      {stoppable ? (
        <form method="post" action={`${action}/stop`}>
          <input type="hidden" name="csrf" value={csrf} />
          <p>{say('stopText', language)}</p>
          <SelectField
            name="reason"
            label={say('reason', language)}
            empty={say('choose', language)}
            options={reasons.map((value) => ({ value, label: say(value, language) }))}
            value="LOST"
          />
          <button type="submit">{say('stop', language)}</button>
        </form>
      ) : (
        <p>{say('nothingToStop', language)}</p>
      )}
    </section>
  );
}

/** What is typed here is compared and gone. */
function Questions({ csrf, action, language }: Acting) {
  return (
    <section class="section">
      <h2>{say('checkTitle', language)}</h2>
      <p>{say('checkText', language)}</p>
      <form method="post" action={`${action}/check`}>
        <input type="hidden" name="csrf" value={csrf} />
        {questions.map((question) => (
          <div class="field" key={question}>
            <label for={question}>{questionNames[question][language]}</label>
            <input type="text" id={question} name={question} autocomplete="off" maxLength={200} />
          </div>
        ))}
        <button type="submit">{say('check', language)}</button>
      </form>
    </section>
  );
}

function Cards(options: Acting) {
  const { cards, language } = options;
  return (
    <section class="section">
      <h2>{say('cards', language)}</h2>
      {cards.length === 0 ? <p>{say('noCards', language)}</p> : null}
      {cards.map((card) => (
        <CardBlock key={card.id} {...options} card={card} />
      ))}
    </section>
  );
}
