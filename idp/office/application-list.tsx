import { displayNameOf } from '../../card-auth/index.ts';
import {
  Breadcrumb,
  type DateStyle,
  formatMoment,
  Notice,
  Records,
  SelectField,
  Tabs,
  Value,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import type { ApplicationFilter, FoundApplications } from './application-search.ts';
import { type Application, applicationStates } from './applications.ts';
import { officeCopy, stateNames } from './copy.ts';
import type { Employer } from './employers.ts';
import { insurerTypes } from './insurer-types.ts';

export interface ApplicationListOptions extends FoundApplications {
  readonly filter: ApplicationFilter;
  readonly employers: readonly Employer[];
  readonly mayEnter: boolean;
  readonly csrf: string;
}

const list = '/admin/office/applications';
/** What was sought stays out of it. */
const hrefOf = ({ sought: _sought, ...query }: ApplicationFilter & { readonly after?: string }) =>
  `${list}?${new URLSearchParams(query)}`;

/** Applications of one state, or those that were sought; what waits comes first. */
export function ApplicationList(options: ApplicationListOptions & DateStyle) {
  const { filter, applications, next, unclear, mayEnter, language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title')}
        language={language}
      />
      <h1 id="applications-title">{say('title')}</h1>
      <p>{say('lead')}</p>
      {mayEnter ? <Ways language={language} /> : null}
      <Search {...options} />
      <Tabs
        label={say('states')}
        tabs={applicationStates.map((one) => ({
          name: stateNames[one][language],
          href: hrefOf({ ...filter, state: one }),
        }))}
        current={filter.sought === '' ? applicationStates.indexOf(filter.state) : -1}
      />
      {filter.sought === '' ? <Filter {...options} /> : null}
      {unclear ? <Notice kind="warning" title={say('soughtUnclear')} /> : null}
      {applications.length === 0 ? (
        <p>{say(next === undefined ? 'none' : 'noneYet')}</p>
      ) : (
        <Records
          label="applications-title"
          columns={(['applicant', 'number', 'since', 'employerCode', 'insurerType', 'state'] as const).map(say)}
          rows={applications.map((one) => ({ key: one.id, cells: cellsOf(one, options) }))}
        />
      )}
      {next === undefined ? null : (
        <p>
          <a class="button button-plain" href={hrefOf({ ...filter, after: next })}>
            {say('more')}
          </a>
        </p>
      )}
    </>
  );
}

/** How applications come in. */
const Ways = ({ language }: Pick<DateStyle, 'language'>) => (
  <p class="actions">
    <a class="button" href={`${list}/new`}>
      {officeCopy.enter[language]}
    </a>
    <a class="button button-plain" href={`${list}/import`}>
      {officeCopy.import[language]}
    </a>
  </p>
);

/** Posted: a birth date in an address would stay in the browser's history. */
function Search({ filter, csrf, language }: ApplicationListOptions & DateStyle) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <form method="post" action={list} class="section">
      <input type="hidden" name="csrf" value={csrf} />
      <div class="field">
        <label for="sought">{say('sought')}</label>
        <p class="hint" id="sought-hint">
          {say('soughtHint')}
        </p>
        <input type="search" id="sought" name="sought" value={filter.sought} aria-describedby="sought-hint" />
      </div>
      <button type="submit" class="button-plain">
        {say('sought')}
      </button>
    </form>
  );
}

function Filter({ filter, employers, language }: ApplicationListOptions & DateStyle) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { state, employer, insurerType } = filter;
  return (
    <form method="get" action={list} class="section">
      <input type="hidden" name="state" value={state} />
      {employers.length === 0 ? null : (
        <SelectField
          name="employer"
          label={say('employerCode')}
          empty={say('all')}
          options={employers.map(({ code, name }) => ({ value: code, label: `${code} ${name[language]}` }))}
          value={employer}
        />
      )}
      <SelectField
        name="insurerType"
        label={say('insurerType')}
        empty={say('all')}
        options={Object.entries(insurerTypes).map(([value, name]) => ({ value, label: name[language] }))}
        value={insurerType}
      />
      <button type="submit" class="button-plain">
        {say('narrow')}
      </button>
    </form>
  );
}

function cellsOf({ id, basic, at, state, employer, insurerType }: Application, style: DateStyle) {
  return [
    <a key="applicant" href={`/admin/office/applications/${id}`}>
      <Value>{displayNameOf(basic)}</Value>
    </a>,
    <code key="number">{id}</code>,
    <time key="since" datetime={new Date(at).toISOString()}>
      {formatMoment(at, style)}
    </time>,
    employer ?? '–',
    insurerType ? insurerTypes[insurerType][style.language] : '–',
    stateNames[state][style.language],
  ];
}
