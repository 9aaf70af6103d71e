import type { CardTask } from '../../card-auth/index.ts';
import { Breadcrumb, Facts, type Language, Steps, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { TrialBox } from '../sign-in/card-panel.tsx';
import { printCopy } from './print-copy.ts';
import { stationCopy, stationLiveCopyIn } from './station-copy.ts';
import { StationProgram } from './station-program.tsx';
import { actNames } from './support-copy.ts';
import { taskCopy } from './task-copy.ts';

export interface MakePageOptions {
  readonly task: CardTask;
  /** Where the browser program sends its messages. */
  readonly base: string;
  readonly person: string;
  readonly ckv: number;
  /** A card was begun for this task before. */
  readonly begun: boolean;
  /** Thumbprints of the enrolled stations. */
  readonly stations: readonly string[];
  readonly csrf: string;
  readonly softwareReader: string | undefined;
}

/** A2: one card is made here; what the browser program fills with life. */
export function MakePage(options: MakePageOptions & { readonly language: Language }) {
  const { task, base, person, ckv, stations, csrf, softwareReader, language } = options;
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  const live = stationLiveCopyIn(language);
  const trail = [
    { name: adminCopy.title[language], href: '/admin' },
    { name: taskCopy.title[language], href: '/admin/office/tasks' },
  ];
  const steps = (['stepPlace', 'stepWrite', 'stepVerify', 'stepLock', 'stepCheck'] as const).map(say);
  return (
    <>
      <Breadcrumb trail={trail} current={say('makeTitle')} language={language} />
      <h1>{say('makeTitle')}</h1>
      <Facts
        facts={[
          [taskCopy.act[language], actNames[task.act][language]],
          [taskCopy.person[language], <Value key="person">{person}</Value>],
        ]}
      />
      <p>{say('makeLead')}</p>
      <StationProgram
        id="issuing"
        base={base}
        csrf={csrf}
        stations={stations}
        softwareReader={softwareReader}
        copy={live}
        subject={{ 'data-task': task.id, 'data-ckv': ckv }}
        start={say('start')}
        above={<Steps label={say('steps')} steps={steps} current={0} />}
        language={language}
      >
        <div id="made" hidden>
          <Made {...options} />
        </div>
      </StationProgram>
      {softwareReader ? <TrialBox language={language} reader={softwareReader} /> : null}
      <Broken {...options} />
      <p>
        <a href="/admin/office/stations">{say('toStations')}</a>
      </p>
    </>
  );
}

/** Filled in when the card is made. */
function Made({ language }: MakePageOptions & { readonly language: Language }) {
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  return (
    <>
      <p>
        {say('number')}: <strong id="number" class="code" />
      </p>
      <p class="actions">
        <a id="next" class="button" href="/admin/office/tasks" hidden>
          {say('next')}
        </a>
        <a id="face" class="button button-plain" href="/admin/office/tasks">
          {printCopy.facePdf[language]}
        </a>
        <a id="card" class="button button-plain" href="/admin/office/tasks">
          {say('detail')}
        </a>
      </p>
    </>
  );
}

/** Shown once a key was given out for a card. */
function Broken({ base, begun, csrf, language }: MakePageOptions & { readonly language: Language }) {
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  return (
    <section id="broken" class="section" hidden={!begun}>
      <h2>{say('broken')}</h2>
      <p>{say('brokenText')}</p>
      <form method="post" action={`${base}/discard`}>
        <input type="hidden" name="csrf" value={csrf} />
        <button type="submit" class="button-plain">
          {say('discard')}
        </button>
      </form>
    </section>
  );
}
