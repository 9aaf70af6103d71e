import type { CardRecord } from '../../card-auth/index.ts';
import { Breadcrumb, Facts, type Language, Notice, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { TrialBox } from '../sign-in/card-panel.tsx';
import { renewLiveCopyIn, stationCopy } from './station-copy.ts';
import { StationProgram } from './station-program.tsx';
import { taskCopy } from './task-copy.ts';

export interface RenewPageOptions {
  readonly card: CardRecord;
  readonly person: string;
  /** The version that the card is to get; none where it has it. */
  readonly target: number | undefined;
  /** Thumbprints of the enrolled stations. */
  readonly stations: readonly string[];
  readonly csrf: string;
  readonly softwareReader: string | undefined;
}

/** A2: a card in use gets a new key; what the browser program fills with life. */
export function RenewPage(options: RenewPageOptions & { readonly language: Language }) {
  const { card, person, target, softwareReader, language } = options;
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  const href = `/admin/office/cards/${card.id}`;
  const trail = [
    { name: adminCopy.title[language], href: '/admin' },
    { name: taskCopy.title[language], href: '/admin/office/tasks' },
    { name: taskCopy.cardTitle[language], href },
  ];
  return (
    <>
      <Breadcrumb trail={trail} current={say('renewTitle')} language={language} />
      <h1>{say('renewTitle')}</h1>
      <Facts
        facts={[
          [taskCopy.number[language], card.number.replace(/^(\d{4})(\d{4})/, '$1 $2 ')],
          [taskCopy.person[language], <Value key="person">{person}</Value>],
          [say('version'), `${card.ckv}${target === undefined ? '' : ` → ${target}`}`],
        ]}
      />
      {target === undefined ? (
        <Notice kind="info" title={say('newest')} />
      ) : (
        <Panel {...options} base={`${href}/renew`} target={target} />
      )}
      {softwareReader && target !== undefined ? <TrialBox language={language} reader={softwareReader} /> : null}
      <p>
        <a href={href}>{say('backToCard')}</a>
      </p>
    </>
  );
}

type PanelOptions = RenewPageOptions & { readonly base: string; readonly target: number; readonly language: Language };

function Panel({ card, base, target, stations, csrf, softwareReader, language }: PanelOptions) {
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  const live = renewLiveCopyIn(language);
  return (
    <>
      <p>{say('renewLead')}</p>
      <StationProgram
        id="renewing"
        base={base}
        csrf={csrf}
        stations={stations}
        softwareReader={softwareReader}
        copy={live}
        subject={{ 'data-card': card.id, 'data-ckv': target }}
        start={say('renewStart')}
        language={language}
      />
    </>
  );
}
