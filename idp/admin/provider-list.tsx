import type { ProviderRecord, ProviderStatus } from '../../federation/index.ts';
import { Breadcrumb, type Language, Records, Value } from '../../web/index.ts';
import { adminCopy } from './copy.ts';
import { keyCopy } from './key-copy.ts';
import { providerCopy, statusNames } from './provider-copy.ts';

export interface ProviderListOptions {
  readonly records: readonly (ProviderRecord & { readonly revisionWaits: boolean; readonly keysSoon: boolean })[];
  readonly query: string;
  readonly status: ProviderStatus | undefined;
  /** Only those with a key that ends within thirty days. */
  readonly keysSoon: boolean;
  readonly next: string | undefined;
  readonly onFirstPage: boolean;
  readonly mayRegister: boolean;
}

export const pageOf = (id: string) => `/admin/provider?${new URLSearchParams({ id })}`;
const statuses = ['pending', 'approved', 'suspended'] as const;
/** Stands among the states, as the offices ask for it (A4: 鍵期限30日). */
export const keysSoonFilter = 'keys-soon';
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
  { id, key, name, protocol, status, revisionWaits, keysSoon }: ProviderListOptions['records'][number],
  language: Language,
) {
  return [
    <a key="name" href={pageOf(id)}>
      <Value>{name[language]}</Value>
    </a>,
    <Value key="key">{key}</Value>,
    providerCopy[protocol][language],
    <span key="status">
      {`${statusNames[status][language]}${revisionWaits ? ` (${providerCopy.revisionWaits[language]})` : ''}`}
      {keysSoon ? (
        <>
          <br />
          <span aria-hidden="true">⚠ </span>
          <a href={`${pageOf(id)}#keys`}>{keyCopy.soon[language]}</a>
        </>
      ) : null}
    </span>,
  ];
}

function SearchForm({ query, status, keysSoon, language }: ProviderListOptions & { readonly language: Language }) {
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
          <option value={keysSoonFilter} selected={keysSoon}>
            {keyCopy.soon[language]}
          </option>
        </select>
      </div>
      <button type="submit" class="button-plain">
        {providerCopy.find[language]}
      </button>
    </form>
  );
}

function Paging({
  query,
  status,
  keysSoon,
  next,
  onFirstPage,
  language,
}: ProviderListOptions & { readonly language: Language }) {
  const state = keysSoon ? keysSoonFilter : status;
  const hrefOf = (more: Record<string, string>) =>
    `/admin/providers?${new URLSearchParams({ ...(query ? { q: query } : {}), ...(state ? { status: state } : {}), ...more })}`;
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
