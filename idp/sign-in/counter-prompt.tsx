import { type AttributeType, attributeTypes, purposes } from '../../attribute-service/index.ts';
import type { CardLevel } from '../../card-auth/index.ts';
import { cardPin, type ProviderRecord } from '../../federation/index.ts';
import { Facts, type Preferences } from '../../web/index.ts';
import { CancelForm, CardPanel, Help, Reference } from './card-panel.tsx';
import type { CardPromptOptions } from './card-prompt.tsx';
import { counterCopy, counterLiveIn } from './counter-copy.ts';

export interface CounterPromptOptions extends CardPromptOptions {
  readonly preferences: Preferences;
  /** Facility and terminal in one line. */
  readonly whom: string;
  readonly facility: string;
  readonly released: Released;
  readonly level: CardLevel;
}

interface Released {
  readonly types: readonly AttributeType[];
  readonly displayName: boolean;
}

/** What presenting the card releases by itself; what a consent has to be asked for is not given at a counter. */
export function releasedAtCounter({ contract }: ProviderRecord, level: CardLevel): Released {
  const types = attributeTypes.filter(
    (type) =>
      contract.attributes.includes(type.id) &&
      type.consent === 'presentation' &&
      (type.level === level || level === cardPin),
  );
  return { types, displayName: contract.attributes.includes('displayName') };
}

/** The page that asks the patient at a counter: who asks, what is given and what for, and then the card. */
export function CounterPrompt(options: CounterPromptOptions) {
  const { interactionId, csrfToken, softwareReader, supportPhone, facility, level, pinDigits } = options;
  const { language } = options.preferences;
  const say = (key: keyof typeof counterCopy) => counterCopy[key][language];
  const pin =
    level === cardPin
      ? { digits: pinDigits, label: say('pinLabel'), hint: say('pinHint'), submit: say('submit'), mayShow: false }
      : undefined;
  const forgot = pin ? ([[say('forgot'), say('forgotText')]] as const) : [];
  return (
    <>
      <h1>{say('title')}</h1>
      <p>
        <strong>{facility}</strong>
        {say('asks')}
      </p>
      <Release {...options} />
      <p>
        <strong>{say(pin ? 'ownPin' : 'ownCard')}</strong>
        <br />
        {say('stop')}
      </p>
      <CardPanel
        {...{ language, interactionId, csrfToken, softwareReader, pin }}
        live={counterLiveIn(language)}
        keep={say('keep')}
      />
      <CancelForm {...{ interactionId, csrfToken }} label={say('cancel')} />
      <Help topics={[...forgot, [say('lost'), say('lostText')]]} phone={supportPhone} />
      <Reference trace={options.trace} language={language} />
    </>
  );
}

/** What goes to whom for what purpose. */
function Release({ released, whom, service, preferences: { language } }: CounterPromptOptions) {
  const say = (key: keyof typeof counterCopy) => counterCopy[key][language];
  const { types, displayName } = released;
  const aims = [...new Set(types.flatMap((type) => type.purposes))].map((purpose) => purposes[purpose][language]);
  const nothing = types.length === 0 && !displayName;
  return (
    <section class="notice notice-info" id="release">
      <h2>{say(nothing ? 'givesNothing' : 'gives')}</h2>
      <Facts
        facts={[
          ...types.map(
            ({ name, contents }) =>
              [
                say('what'),
                <>
                  <strong>{name[language]}</strong>
                  <br />
                  {contents[language]}
                </>,
              ] as const,
          ),
          ...(displayName ? ([[say('what'), say('displayName')]] as const) : []),
          ...aims.map((aim) => [say('purpose'), aim] as const),
          [say('whom'), whom],
          [say('service'), service],
        ]}
      />
    </section>
  );
}
