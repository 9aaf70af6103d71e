import { shownThumbprint } from '../../card-auth/client/index.ts';
import type { Station } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, Notice, Records, TextField, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { stationCopy, stationStates } from './station-copy.ts';

export interface StationsPageOptions {
  readonly listed: readonly Station[];
  readonly may: {
    readonly propose: boolean;
    readonly revoke: boolean;
    readonly decide: (station: Station) => boolean;
  };
  readonly nameOf: (administrator: string) => string;
  readonly name: string;
  readonly wrong: boolean;
  readonly csrf: string;
}

type Parts = StationsPageOptions & DateStyle;

/** A2: which computers may write keys into cards, and whether this is one. */
export function StationsPage(options: Parts) {
  const { listed, may, language } = options;
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title')}
        language={language}
      />
      <h1>{say('title')}</h1>
      <p>{say('lead')}</p>
      <section class="section">
        <h2 id="stations-title">{say('listed')}</h2>
        {listed.some(({ state }) => state === 'proposed') ? <Notice kind="warning" title={say('compare')} /> : null}
        {listed.length === 0 ? (
          <p>{say('none')}</p>
        ) : (
          <Records
            label="stations-title"
            columns={(['name', 'thumbprint', 'state', 'by', 'decide'] as const).map(say)}
            rows={listed.map((station) => ({ key: station.id, cells: cellsOf(station, options) }))}
          />
        )}
      </section>
      {may.propose ? <ThisComputer {...options} /> : null}
    </>
  );
}

function cellsOf(station: Station, options: Parts) {
  const { nameOf, language } = options;
  const { id, name, state, proposedBy, proposedAt } = station;
  return [
    <Value key="name">{name}</Value>,
    <code key="thumbprint">{shownThumbprint(id)}</code>,
    stationStates[state][language],
    <span key="by">
      <Value>{nameOf(proposedBy)}</Value>
      <br />
      <span class="hint">{formatMoment(proposedAt, options)}</span>
    </span>,
    <Decide key="decide" {...options} station={station} />,
  ];
}

function Decide({ station, may, csrf, language }: Parts & { readonly station: Station }) {
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  const { id, state, name } = station;
  const hidden = (
    <>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="station" value={id} />
    </>
  );
  if (state === 'proposed') {
    if (!may.decide(station)) return <span>{say('own')}</span>;
    return (
      <form method="post" action="/admin/office/stations/decide">
        {hidden}
        <p class="actions">
          <button type="submit" name="outcome" value="agree" aria-label={`${say('agree')}: ${name}`}>
            {say('agree')}
          </button>
          <button
            type="submit"
            name="outcome"
            value="decline"
            class="button-plain"
            aria-label={`${say('decline')}: ${name}`}
          >
            {say('decline')}
          </button>
        </p>
      </form>
    );
  }
  if (state !== 'enrolled' || !may.revoke) return <span>–</span>;
  return (
    <form method="post" action="/admin/office/stations/revoke">
      {hidden}
      <button type="submit" class="button-plain" aria-label={`${say('revoke')}: ${name}`}>
        {say('revoke')}
      </button>
    </form>
  );
}

/** The browser program makes the key when the form is sent, and tells which of the stations above this one is. */
function ThisComputer({ listed, name, wrong, csrf, language }: Parts) {
  const say = (key: keyof typeof stationCopy) => stationCopy[key][language];
  const states = Object.fromEntries(listed.map(({ id, state }) => [id, stationStates[state][language]]));
  const over = listed.filter(({ state }) => state === 'declined' || state === 'revoked').map(({ id }) => id);
  const live = { noKey: say('noKey'), hasKey: say('hasKey'), unsupported: say('unsupported') };
  return (
    <section
      id="this-station"
      class="section"
      data-states={JSON.stringify(states)}
      data-over={JSON.stringify(over)}
      data-copy={JSON.stringify(live)}
    >
      <h2>{say('this')}</h2>
      <p id="own-key" role="status" />
      <form id="propose" method="post" action="/admin/office/stations/propose" hidden>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" id="public-key" name="publicKey" value="" />
        <TextField
          name="name"
          label={say('name')}
          hint={say('nameHint')}
          value={name}
          error={wrong ? say('nameWrong') : undefined}
          required
          language={language}
        />
        <p>{say('proposeText')}</p>
        <button type="submit">{say('propose')}</button>
      </form>
      <noscript>
        <p>{say('noScript')}</p>
      </noscript>
    </section>
  );
}
