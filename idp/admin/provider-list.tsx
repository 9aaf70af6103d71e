import type { ProviderRecord, ProviderStatus } from '../../federation/index.ts';
import { Breadcrumb, type Language, Records, Value } from '../../web/index.ts';
import { adminCopy } from './copy.ts';
import { providerCopy, statusNames } from './provider-copy.ts';

export interface ProviderListOptions {
  readonly records: readonly (ProviderRecord & { readonly revisionWaits: boolean })[];
  readonly query: string;
  readonly status: ProviderStatus | undefined;
  readonly next: string | undefined;
  readonly onFirstPage: boolean;
  readonly mayRegister: boolean;
}

export const pageOf = (id: string) => `/admin/provider?${new URLSearchParams({ id })}`;
const statuses = ['pending', 'approved', 'suspended'] as const;
export const statusOf = (text: string | null) => statuses.find((status) => status === text);

/** All services by identifier, a page at a time. */
export function ProviderList(options: ProviderListOptions & { readonly language: Language }) {
  const { records, mayRegister, language } = options;
  const say = (key: keyof typeof providerCopy) => providerCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={adminCopy.providers[language]}
        language={language}
      />
      <h1 id="providers-title">{adminCopy.providers[language]}</h1>
      {mayRegister ? (
        <p>
          <a class="button" href="/admin/providers/new">
            {say('registerNew')}
          </a>
        </p>
      ) : null}
      <SearchForm {...options} />
      {records.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="providers-title"
          columns={(['name', 'key', 'protocol', 'status'] as const).map(say)}
          rows={records.map((record) => ({ key: record.id, cells: cellsOf(record, language) }))}
        />
      )}
      <Paging {...options} />
    </>
  );
}

function cellsOf(
  { id, key, name, protocol, status, revisionWaits }: ProviderListOptions['records'][number],
  language: Language,
) {
  return [
    <a key="name" href={pageOf(id)}>
      <Value>{name[language]}</Value>
    </a>,
    <Value key="key">{key}</Value>,
    providerCopy[protocol][language],
    `${statusNames[status][language]}${revisionWaits ? ` (${providerCopy.revisionWaits[language]})` : ''}`,
  ];
}

function SearchForm({ query, status, language }: ProviderListOptions & { readonly language: Language }) {
  return (
    <form method="get" action="/admin/providers" class="section">
      <div class="field">
        <label for="q">{providerCopy.search[language]}</label>
        <input type="search" id="q" name="q" value={query} maxLength={200} />
      </div>
      <div class="field">
        <label for="status">{providerCopy.status[language]}</label>
        <select id="status" name="status">
          <option value="">{providerCopy.all[language]}</option>
          {statuses.map((one) => (
            <option key={one} value={one} selected={one === status}>
              {statusNames[one][language]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="button-plain">
        {providerCopy.find[language]}
      </button>
    </form>
  );
}

function Paging({ query, status, next, onFirstPage, language }: ProviderListOptions & { readonly language: Language }) {
  const hrefOf = (more: Record<string, string>) =>
    `/admin/providers?${new URLSearchParams({ ...(query ? { q: query } : {}), ...(status ? { status } : {}), ...more })}`;
  if (next === undefined && onFirstPage) return null;
  return (
    <ul class="links">
      {next === undefined ? null : (
        <li>
          <a class="button button-plain" href={hrefOf({ after: next })}>
            {providerCopy.more[language]}
          </a>
        </li>
      )}
      {onFirstPage ? null : (
        <li>
          <a class="button button-plain" href={hrefOf({})}>
            {providerCopy.first[language]}
          </a>
        </li>
      )}
    </ul>
  );
}
