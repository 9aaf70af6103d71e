import type { JournalRecord, JournalReport } from '../../storage/index.ts';
import { Breadcrumb, type DateStyle, formatMoment, Notice, Records, type Text, Value } from '../../web/index.ts';
import type { AuditQuery, AuditPage as Found } from './audit-search.ts';
import { adminCopy } from './copy.ts';
import { pageOf } from './provider-list.tsx';

export const auditCopy = {
  provider: { ja: 'サービスの識別子', en: 'Service' },
  pseudonym: { ja: '利用者の仮名', en: 'Pseudonym' },
  type: { ja: '操作の種類', en: 'Kind of act' },
  actor: { ja: '管理者番号', en: 'Administrator number' },
  from: { ja: 'いつから', en: 'From' },
  to: { ja: 'いつまで', en: 'To' },
  hint: { ja: '一部だけでも探せます。', en: 'A part of it is enough.' },
  dayHint: { ja: '例：令和8年10月1日、2026-10-01', en: 'For example 1 October 2026, or 2026-10-01.' },
  dayWrong: { ja: '日付として読めません。', en: 'This is no date.' },
  search: { ja: '検索', en: 'Search' },
  none: { ja: '該当する記録はありません', en: 'There are no such records.' },
  noneYet: { ja: 'ここまでに該当する記録はありません。続きを探せます。', en: 'Nothing so far; the search can go on.' },
  more: { ja: '続きを探す', en: 'Go on' },
  at: { ja: '日時', en: 'When' },
  what: { ja: '操作', en: 'Act' },
  who: { ja: '誰が', en: 'Who' },
  result: { ja: '結果', en: 'Result' },
  detail: { ja: '詳しい内容', en: 'Detail' },
  ok: { ja: '実行', en: 'done' },
  refused: { ja: '拒否', en: 'refused' },
  verify: { ja: '記録が改ざんされていないか確かめる', en: 'Check that no record was changed' },
  intact: { ja: '正常です', en: 'Intact' },
  broken: { ja: '記録に異常があります', en: 'The records are not intact' },
  report: { ja: '{journal}：{records}件を確かめました', en: '{journal}: {records} records checked' },
  auditJournal: { ja: '操作の記録', en: 'audit records' },
  accessJournal: { ja: 'アクセスの記録', en: 'access records' },
} as const satisfies Record<string, Text>;

export interface AuditPageOptions {
  readonly query: AuditQuery;
  /** As typed, days too. */
  readonly typed: AuditQuery;
  readonly wrongDays: readonly ('from' | 'to')[];
  readonly found: Found;
  readonly reports: readonly (readonly [journal: 'auditJournal' | 'accessJournal', JournalReport])[];
}

type Parts = AuditPageOptions & DateStyle;

/** What was done and by whom, and whether the record of it is whole. */
export function AuditPage(options: Parts) {
  const { found, reports, typed, language } = options;
  const say = (key: keyof typeof auditCopy) => auditCopy[key][language];
  const columns = (['at', 'what', 'who', 'provider', 'result', 'detail'] as const).map(say);
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={adminCopy.audit[language]}
        language={language}
      />
      <h1 id="audit-title">{adminCopy.audit[language]}</h1>
      {reports.map(([journal, report]) => (
        <Report key={journal} {...{ journal, report, language }} />
      ))}
      <p>
        <a class="button button-plain" href="/admin/audit?verify=1">
          {say('verify')}
        </a>
      </p>
      <Search {...options} />
      {found.records.length === 0 ? (
        <p>{say(found.next === undefined ? 'none' : 'noneYet')}</p>
      ) : (
        <Records
          label="audit-title"
          columns={columns}
          rows={found.records.map((record) => ({ key: record.id, cells: cellsOf(record, options) }))}
        />
      )}
      {found.next === undefined ? null : (
        <p>
          <a class="button button-plain" href={`/admin/audit?${new URLSearchParams({ ...typed, after: found.next })}`}>
            {say('more')}
          </a>
        </p>
      )}
    </>
  );
}

function Report({
  journal,
  report,
  language,
}: {
  readonly journal: 'auditJournal' | 'accessJournal';
  readonly report: JournalReport;
  readonly language: DateStyle['language'];
}) {
  const broken = report.faults.length > 0;
  const words = auditCopy.report[language]
    .replace('{journal}', auditCopy[journal][language])
    .replace('{records}', String(report.records));
  return (
    <Notice kind={broken ? 'error' : 'success'} title={auditCopy[broken ? 'broken' : 'intact'][language]}>
      <p>{words}</p>
      {broken ? (
        <ul class="errors">
          {report.faults.slice(0, 20).map(({ chain, sequence, fault }) => (
            <li key={`${chain} ${sequence} ${fault}`}>
              <code>{`${chain} ${sequence}: ${fault}`}</code>
            </li>
          ))}
        </ul>
      ) : null}
    </Notice>
  );
}

function Search({ typed, wrongDays, language }: Parts) {
  return (
    <form method="get" action="/admin/audit" class="section">
      {(['provider', 'pseudonym', 'type', 'actor', 'from', 'to'] as const).map((name) => {
        const day = name === 'from' || name === 'to';
        const wrong = day && wrongDays.includes(name);
        return (
          <div class="field" key={name}>
            <label for={name}>{auditCopy[name][language]}</label>
            <p class="hint" id={`${name}-hint`}>
              {auditCopy[day ? 'dayHint' : 'hint'][language]}
            </p>
            <input
              type="text"
              id={name}
              name={name}
              value={typed[name]}
              maxLength={300}
              autocomplete="off"
              aria-describedby={wrong ? `${name}-hint ${name}-error` : `${name}-hint`}
              {...(wrong ? { 'aria-invalid': 'true' as const } : {})}
            />
            {wrong ? (
              <p class="error" id={`${name}-error`}>
                <span aria-hidden="true">✖ </span>
                {auditCopy.dayWrong[language]}
              </p>
            ) : null}
          </div>
        );
      })}
      <button type="submit">{auditCopy.search[language]}</button>
    </form>
  );
}

/** Acts of administrators in words; the others by the name they have in the journal. */
const kinds: Readonly<Record<string, Text>> = {
  'admin.invite': { ja: '管理者を招待', en: 'administrator invited' },
  'admin.redeem': { ja: '招待を受諾', en: 'invitation accepted' },
  'admin.grant': { ja: '権限を付与', en: 'roles granted' },
  'admin.revoke': { ja: '権限を取消', en: 'roles revoked' },
  'audit.read': { ja: '監査記録を閲覧', en: 'audit records read' },
  'trace.read': { ja: '番号を照会', en: 'reference looked up' },
  'provider.register': { ja: 'サービスを登録', en: 'service registered' },
  'provider.change': { ja: '登録を変更', en: 'registration changed' },
  'provider.propose': { ja: '変更を申請', en: 'change proposed' },
  'provider.approve': { ja: '承認', en: 'approved' },
  'provider.reject': { ja: '差し戻し', en: 'sent back' },
  'provider.link': { ja: '設定リンクを作成', en: 'set-up link made' },
  'provider.link-opened': { ja: '設定リンクを開いた', en: 'set-up link opened' },
  'provider.link-checked': { ja: '設定リンクで検査', en: 'checked by set-up link' },
  'provider.link-used': { ja: '設定リンクで申請', en: 'submitted by set-up link' },
  'provider.link-withdrawn': { ja: '設定リンクを取消', en: 'set-up link withdrawn' },
  'provider.suspend': { ja: '停止', en: 'suspended' },
  'provider.resume': { ja: '再開', en: 'resumed' },
};

function Kind({ type, language }: { readonly type: string; readonly language: DateStyle['language'] }) {
  const [area = '', ...act] = type.split('.');
  return (
    <>
      {kinds[type]?.[language]}{' '}
      <code class="hint">
        {area}.<wbr />
        {act.join('.')}
      </code>
    </>
  );
}

/** Hashes by their beginning: enough to follow one registration through its records. */
const detailOf = (detail: unknown): string =>
  Object.entries(Object(detail))
    .map(
      ([name, value]) =>
        `${name}: ${/^[0-9a-f]{64}$/.test(String(value)) ? `${String(value).slice(0, 12)}…` : String(value)}`,
    )
    .join(', ');

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function cellsOf({ at, entry }: JournalRecord, style: DateStyle) {
  const { language } = style;
  const [provider, code, trace] = [textOf(entry.provider), textOf(entry.code), textOf(entry.trace)];
  return [
    <time key="at" datetime={new Date(at).toISOString()}>
      {formatMoment(at, style)}
    </time>,
    <Kind key="type" type={textOf(entry.type)} language={language} />,
    textOf(entry.actor) || textOf(entry.pseudonym),
    provider ? (
      <a key="provider" href={pageOf(provider)}>
        <Value>{provider}</Value>
      </a>
    ) : (
      ''
    ),
    `${auditCopy[entry.result === 'ok' ? 'ok' : 'refused'][language]}${code ? ` (${code})` : ''}`,
    <span key="detail" class="hint">
      {trace ? (
        <>
          <a href={`/admin/explain?${new URLSearchParams({ code: trace })}`}>{trace}</a>{' '}
        </>
      ) : null}
      {detailOf(entry.detail)}
    </span>,
  ];
}
