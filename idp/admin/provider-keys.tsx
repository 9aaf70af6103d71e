import { type ProviderRecord, type RegisteredKey, registeredKeysOf } from '../../federation/index.ts';
import { type DateStyle, formatDay, formatMoment, Notice, Records, Steps } from '../../web/index.ts';
import type { Revision } from './cases.ts';
import { fingerprintWords, keyCopy, kindNames } from './key-copy.ts';
import { leftWords } from './key-page.tsx';
import { rolloverOf } from './key-rollover.ts';
import { contractChoices } from './provider-copy.ts';

export interface ProviderKeysOptions {
  readonly record: ProviderRecord;
  readonly revision: Revision | undefined;
  /** Fingerprint -> ms since 1970. */
  readonly lastUse: ReadonlyMap<string, number>;
  readonly at: number;
}

type Parts = ProviderKeysOptions & DateStyle;

/** The keys of one service, when each was last used, and where the change of a key stands. */
export function ProviderKeys(options: Parts) {
  const { record, language } = options;
  const { keys } = registeredKeysOf(record);
  return (
    <section class="section" id="keys">
      <h2 id="provider-keys">{keyCopy.keys[language]}</h2>
      {keys.length === 0 ? (
        <p>{keyCopy.noKeys[language]}</p>
      ) : (
        <>
          <Records
            label="provider-keys"
            columns={(['kind', 'type', 'fingerprint', 'from', 'lastUse'] as const).map((key) => keyCopy[key][language])}
            rows={keys.map((key, nth) => ({ key: String(nth), cells: cellsOf(key, options) }))}
          />
          <p class="hint">{keyCopy.fingerprintHint[language]}</p>
          {record.idWsf ? null : <RolloverSteps {...options} />}
        </>
      )}
    </section>
  );
}

function cellsOf({ use, kind, kid, fingerprint, from, to }: RegisteredKey, { lastUse, at, ...style }: Parts) {
  const { language } = style;
  const seen = lastUse.get(fingerprint);
  const end = to === undefined ? undefined : `${formatDay(to, style)} (${leftWords(to, at, language)})`;
  const notSeen = use === 'encryption' ? keyCopy.notTold : keyCopy.notSeen;
  return [
    kindNames[use ?? 'both'][language],
    kid === undefined ? kind : `${kind} (${kid})`,
    <code key="fingerprint" class="hint">
      {fingerprintWords(fingerprint)}
    </code>,
    end === undefined ? keyCopy.noDates[language] : `${from === undefined ? '' : formatDay(from, style)} – ${end}`,
    seen === undefined ? notSeen[language] : formatMoment(seen, style),
  ];
}

/** Four steps, of which one is now. */
function RolloverSteps({ record, revision, lastUse, at, language }: Parts) {
  const { step, unused } = rolloverOf(record, revision?.made, { lastUse, at });
  const say = (key: keyof typeof keyCopy) => keyCopy[key][language];
  const asksForData = contractChoices.some(
    ({ id, kind }) => kind === 'purposes' && record.contract.attributes.includes(id),
  );
  const gone = unused.map((key) => fingerprintWords(key).slice(0, 9)).join(', ');
  return (
    <>
      <h3>{say('rollover')}</h3>
      <p>{say('rolloverHint')}</p>
      <Steps
        label={say('rollover')}
        steps={[say('step1'), say('step2'), say('step3'), say('step4')]}
        current={step - 1}
      />
      <Notice kind="info" title={say(`step${step}`)}>
        <p>{say(`now${step}`).replace('{keys}', gone)}</p>
        {asksForData ? <p>{say('data')}</p> : null}
      </Notice>
    </>
  );
}
