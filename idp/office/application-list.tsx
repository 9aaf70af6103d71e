import { displayNameOf } from '../../card-auth/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, Records, Tabs, Value } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type Application, type ApplicationState, applicationStates } from './applications.ts';
import { officeCopy, stateNames } from './copy.ts';

export interface ApplicationListOptions {
  readonly state: ApplicationState;
  readonly applications: readonly Application[];
  readonly next: string | undefined;
  readonly mayEnter: boolean;
}

/** Applications of one state; what waits comes first. */
export function ApplicationList(options: ApplicationListOptions & DateStyle) {
  const { state, applications, next, mayEnter, language } = options;
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const hrefOf = (query: Record<string, string>) => `/admin/office/applications?${new URLSearchParams(query)}`;
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('title')}
        language={language}
      />
      <h1 id="applications-title">{say('title')}</h1>
      <p>{say('lead')}</p>
      {mayEnter ? (
        <p>
          <a class="button" href="/admin/office/applications/new">
            {say('enter')}
          </a>
        </p>
      ) : null}
      <Tabs
        label={say('states')}
        tabs={applicationStates.map((one) => ({ name: stateNames[one][language], href: hrefOf({ state: one }) }))}
        current={applicationStates.indexOf(state)}
      />
      {applications.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="applications-title"
          columns={(['applicant', 'number', 'since', 'state'] as const).map(say)}
          rows={applications.map((one) => ({ key: one.id, cells: cellsOf(one, options) }))}
        />
      )}
      {next === undefined ? null : (
        <p>
          <a class="button button-plain" href={hrefOf({ state, after: next })}>
            {say('more')}
          </a>
        </p>
      )}
    </>
  );
}

function cellsOf({ id, basic, at, state }: Application, style: DateStyle) {
  return [
    <a key="applicant" href={`/admin/office/applications/${id}`}>
      <Value>{displayNameOf(basic)}</Value>
    </a>,
    <code key="number">{id}</code>,
    <time key="since" datetime={new Date(at).toISOString()}>
      {formatMoment(at, style)}
    </time>,
    stateNames[state][style.language],
  ];
}
