import { purposes } from '../../attribute-service/index.ts';
import type { Finding, ProviderRecord } from '../../federation/index.ts';
import { Breadcrumb, type DateStyle, Facts, Notice, Records } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { FindingsNotice } from '../admin/findings.tsx';
import { contractChoices } from '../admin/provider-copy.ts';
import { pageOf } from '../admin/provider-list.tsx';
import { OidcAnswer, SamlAnswer, Values } from './answers.tsx';
import { outcomeWords, playgroundCopy, reasonWords, refusalWords } from './copy.ts';
import type { Examined } from './examine.ts';
import type { ReleaseRow } from './release-rows.ts';

export interface PlaygroundPageOptions extends Examined {
  readonly record: ProviderRecord;
  readonly what: 'registration' | 'revision';
  readonly findings: readonly Finding[];
}

type Parts = PlaygroundPageOptions & DateStyle;
type Word = keyof typeof playgroundCopy;

/** What the provider would be given for this card, and why. */
export function PlaygroundPage(options: Parts) {
  const { record, what, preview, findings, language, timeZone } = options;
  const style = { language, timeZone };
  const say = (word: Word) => playgroundCopy[word][language];
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: adminCopy.providers[language], href: '/admin/providers' },
          { name: record.name[language], href: pageOf(record.id) },
        ]}
        current={say('section')}
        language={language}
      />
      <h1>{say('title')}</h1>
      <Notice kind="info" title={say('once')}>
        <p>{say('onceText')}</p>
        {what === 'revision' ? <p>{say('ofRevision')}</p> : null}
        {options.passkeyAssumed ? <p>{say('passkeyAssumed')}</p> : null}
      </Notice>
      <Live {...options} />
      {'refused' in preview ? (
        <Notice kind="error" title={say('notAnswered')}>
          <p>
            <code>{preview.refused}</code>
          </p>
        </Notice>
      ) : (
        <>
          <Release {...options} />
          <section class="section">
            <h2>{say('answer')}</h2>
            {preview.protocol === 'saml' ? (
              <SamlAnswer preview={preview} {...style} />
            ) : (
              <OidcAnswer preview={preview} {...style} />
            )}
          </section>
        </>
      )}
      <section class="section">
        <h2>{say('linter')}</h2>
        {findings.length > 0 ? <FindingsNotice findings={findings} language={language} /> : <p>{say('linterClean')}</p>}
      </section>
      <p>
        <a class="button" href={pageOf(record.id)}>
          {say('back')}
        </a>
      </p>
    </>
  );
}

/** Whether what was tried here could be done for real at this moment. */
function Live({ live: { refused, signedOnly }, record, language }: Parts) {
  const say = (word: Word) => playgroundCopy[word][language];
  return (
    <Notice kind={refused === undefined ? 'success' : 'warning'} title={say(refused ? 'liveRefused' : 'liveTaken')}>
      {refused === undefined ? null : <p>{refusalWords[refused]?.[language] ?? <code>{refused}</code>}</p>}
      {signedOnly ? <p>{say('signedOnly')}</p> : null}
      {record.protocol === 'oidc' ? <p>{say('pkceOnly')}</p> : null}
    </Notice>
  );
}

function Release({ rows, firstVisit, holderKey, language }: Parts) {
  const say = (word: Word) => playgroundCopy[word][language];
  return (
    <section class="section">
      <h2 id="release">{say('release')}</h2>
      <Records
        label="release"
        columns={[say('attribute'), say('result'), say('value'), say('reason')]}
        rows={rows.map((row) => ({
          key: `${row.attribute} ${row.purpose ?? ''}`,
          cells: [
            nameOf(row, language),
            outcomeWords[row.outcome][language],
            row.values ? <Values key="values" values={row.values} /> : '-',
            <Reason key="reason" row={row} language={language} />,
          ],
        }))}
      />
      {firstVisit ? <p class="hint">{say('firstVisit')}</p> : null}
      {holderKey === undefined ? null : (
        <>
          <h3>{say('bootstrap')}</h3>
          <p>{say('bootstrapText')}</p>
          <Facts facts={[[say('holderKey'), <code key="key">{holderKey}</code>]]} />
        </>
      )}
    </section>
  );
}

const nameOf = ({ attribute }: ReleaseRow, language: DateStyle['language']): string =>
  attribute === 'pseudonym'
    ? playgroundCopy.pseudonym[language]
    : (contractChoices.find(({ id }) => id === attribute)?.name[language] ?? attribute);

function Reason({ row, language }: { readonly row: ReleaseRow; readonly language: DateStyle['language'] }) {
  return (
    <>
      {reasonWords[row.reason][language]}
      {row.purpose ? <div class="hint">{purposes[row.purpose][language]}</div> : null}
    </>
  );
}
