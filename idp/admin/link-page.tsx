import type { SignInProtocol } from '../../federation/index.ts';
import {
  Breadcrumb,
  type DateStyle,
  Facts,
  formatMoment,
  type Language,
  Notice,
  Records,
  Tabs,
  TextField,
  Value,
} from '../../web/index.ts';
import { adminCopy } from './copy.ts';
import { contractChoices, providerCopy } from './provider-copy.ts';
import { Contract } from './provider-form.tsx';
import { pageOf } from './provider-list.tsx';
import { linkCopy, linkStateNames } from './setup-copy.ts';
import { daysMax, type LinkState, type SetupLink } from './setup-links.ts';

const crumbs = (language: Language, withLinks: boolean) => [
  { name: adminCopy.title[language], href: '/admin' },
  ...(withLinks ? [{ name: linkCopy.title[language], href: '/admin/links' }] : []),
];

export interface LinkListOptions {
  readonly links: readonly { readonly link: SetupLink; readonly state: LinkState; readonly mayWithdraw: boolean }[];
  readonly next: string | undefined;
  readonly mayMake: boolean;
  readonly nameOf: (administrator: string) => string;
  readonly csrf: string;
}

/** Every link of the last months and what became of it; the open ones can be withdrawn. */
export function LinkList(options: LinkListOptions & DateStyle) {
  const { links, next, mayMake, language } = options;
  const say = (key: keyof typeof linkCopy) => linkCopy[key][language];
  return (
    <>
      <Breadcrumb trail={crumbs(language, false)} current={say('title')} language={language} />
      <h1 id="links-title">{say('title')}</h1>
      <p>{say('lead')}</p>
      {mayMake ? (
        <p>
          <a class="button" href="/admin/links/new">
            {say('make')}
          </a>
        </p>
      ) : null}
      {links.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="links-title"
          columns={(['service', 'kind', 'note', 'by', 'until', 'state', 'act'] as const).map(say)}
          rows={links.map((row) => ({ key: row.link.id, cells: cellsOf(row, options) }))}
        />
      )}
      {next === undefined ? null : (
        <p>
          <a class="button button-plain" href={`/admin/links?${new URLSearchParams({ after: next })}`}>
            {say('more')}
          </a>
        </p>
      )}
    </>
  );
}

function cellsOf(
  { link, state, mayWithdraw }: LinkListOptions['links'][number],
  { nameOf, csrf, ...style }: LinkListOptions & DateStyle,
) {
  const { language } = style;
  const provider = link.used?.provider ?? link.change?.provider;
  const name = <Value>{link.name[language]}</Value>;
  return [
    <span key="service">
      {provider ? <a href={pageOf(provider)}>{name}</a> : name}
      <br />
      <span class="hint">{link.number}</span>
    </span>,
    linkCopy[link.change ? 'change' : 'registration'][language],
    <Value key="note">{link.note}</Value>,
    nameOf(link.by),
    <time key="until" datetime={new Date(link.until).toISOString()}>
      {formatMoment(link.until, style)}
    </time>,
    linkStateNames[state][language],
    mayWithdraw ? (
      <form key="act" method="post" action="/admin/links/withdraw">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="number" value={link.number} />
        <button type="submit" class="button-plain" aria-label={`${linkCopy.withdraw[language]} ${link.number}`}>
          {linkCopy.withdraw[language]}
        </button>
      </form>
    ) : (
      ''
    ),
  ];
}

export interface LinkFormOptions {
  readonly protocol: SignInProtocol;
  readonly name: { readonly ja: string; readonly en: string };
  readonly contract: readonly string[];
  readonly note: string;
  readonly days: string;
  /** Id of the provider that is changed by the link. */
  readonly changes?: string | undefined;
  readonly wrong: readonly ('name' | 'note' | 'days')[];
  readonly csrf: string;
}

/** What the administrator fixes before the link goes out. */
export function LinkForm(options: LinkFormOptions & { readonly language: Language }) {
  const { protocol, changes, csrf, language } = options;
  const say = (key: keyof typeof linkCopy) => linkCopy[key][language];
  const title = say(changes === undefined ? 'make' : 'makeChange');
  const protocols = ['saml', 'oidc'] as const;
  const action = `/admin/links/new${changes === undefined ? '' : `?${new URLSearchParams({ id: changes })}`}`;
  return (
    <>
      <Breadcrumb trail={crumbs(language, true)} current={title} language={language} />
      <h1>{title}</h1>
      {changes === undefined ? (
        <Tabs
          label={providerCopy.protocol[language]}
          tabs={protocols.map((one) => ({
            name: providerCopy[one][language],
            href: `/admin/links/new?protocol=${one}`,
          }))}
          current={protocols.indexOf(protocol)}
        />
      ) : (
        <Fixed {...options} />
      )}
      <form method="post" action={action} class="section">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="protocol" value={protocol} />
        {changes === undefined ? <NewFields {...options} /> : null}
        <TermFields {...options} />
        <button type="submit">{title}</button>
      </form>
    </>
  );
}

function Fixed({ name, contract, language }: LinkFormOptions & { readonly language: Language }) {
  const listed = contractChoices.filter(({ id }) => contract.includes(id)).map((choice) => choice.name[language]);
  return (
    <>
      <p>{linkCopy.changeLead[language]}</p>
      <Facts
        facts={[
          [linkCopy.service[language], <Value key="name">{name[language]}</Value>],
          [
            providerCopy.contract[language],
            listed.join(language === 'ja' ? '、' : ', ') || providerCopy.noContract[language],
          ],
        ]}
      />
    </>
  );
}

function NewFields({ name, contract, wrong, language }: LinkFormOptions & { readonly language: Language }) {
  const say = (key: keyof typeof providerCopy) => providerCopy[key][language];
  const field = { hint: say('nameHint'), required: true, language };
  const missing = (value: string) => (wrong.includes('name') && !value ? say('nameMissing') : undefined);
  return (
    <>
      <TextField name="nameJa" label={say('nameJa')} value={name.ja} error={missing(name.ja)} {...field} />
      <TextField name="nameEn" label={say('nameEn')} value={name.en} error={missing(name.en)} {...field} />
      <Contract contract={contract} language={language} />
    </>
  );
}

function TermFields({ note, days, wrong, language }: LinkFormOptions & { readonly language: Language }) {
  const say = (key: keyof typeof linkCopy) => linkCopy[key][language];
  return (
    <>
      <TextField
        name="note"
        label={say('note')}
        hint={say('noteHint')}
        value={note}
        error={wrong.includes('note') ? say('noteMissing') : undefined}
        required
        language={language}
      />
      <TextField
        name="days"
        label={say('days')}
        hint={say('daysHint')}
        value={days}
        error={wrong.includes('days') ? say('daysWrong') : undefined}
        required
        language={language}
        inputmode="numeric"
      />
    </>
  );
}

export const isDays = (text: string) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= daysMax;

/** The address, this one time. */
export function LinkMade({
  link,
  address,
  ...style
}: { readonly link: SetupLink; readonly address: string } & DateStyle) {
  const { language } = style;
  const say = (key: keyof typeof linkCopy) => linkCopy[key][language];
  return (
    <>
      <Breadcrumb trail={crumbs(language, true)} current={say('made')} language={language} />
      <h1>{say('made')}</h1>
      <Notice kind="warning" title={say('madeTitle')}>
        <p>
          <code id="address">{address}</code>
        </p>
        <p>{say('madeText')}</p>
      </Notice>
      <Facts
        facts={[
          [say('number'), link.number],
          [say('service'), <Value key="name">{link.name[language]}</Value>],
          [say('note'), <Value key="note">{link.note}</Value>],
          [say('until'), formatMoment(link.until, style)],
        ]}
      />
      <p>
        <a class="button button-plain" href="/admin/links">
          {say('back')}
        </a>
      </p>
    </>
  );
}
