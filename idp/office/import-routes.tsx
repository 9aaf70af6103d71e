import { Readable } from 'node:stream';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { checkOpen, type Programme } from '../../card-auth/index.ts';
import { type Row, readRows } from '../../lib/rows.ts';
import { Breadcrumb, Facts, type Language, Notice, Records, SelectField, type Text } from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import { type ApplicationImport, type ApplicationImportResult, ApplicationRowFault } from './application-import.ts';
import { officeCopy } from './copy.ts';
import type { Employer } from './employers.ts';
import { OfficeError } from './errors.ts';
import type { OfficePagesOptions } from './pages.ts';

export interface ImportRoutesOptions extends OfficePagesOptions {
  readonly applicationImport: ApplicationImport;
  readonly employers: readonly Employer[];
  readonly programme: Programme;
}

const list = '/admin/office/applications';
const home = `${list}/import`;
/** A few thousand rows; larger files are the command's. */
const fileMaxBytes = 1024 * 1024;
/** So many lines are told; the rest are counted. */
const toldMax = 100;

/** A file of an employer, from the console (R109). */
export function importRoutes(options: ImportRoutesOptions): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'application.write' });
      if (admitted) show(ctx, admitted, options);
    });
    router.post(home, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'application.write', returnTo: home });
      if (admitted) show(ctx, admitted, options, await takeIn(ctx, admitted, options));
    });
  };
}

interface Told {
  readonly line: number;
  /** Number of the application that an officer should look at, or why there is none. */
  readonly application?: string;
  readonly reason?: Text;
}

interface Done {
  readonly counts: ApplicationImportResult;
  readonly told: readonly Told[];
  readonly employer: string;
}

async function takeIn(ctx: Context, { administrator, session }: Admitted, options: ImportRoutesOptions): Promise<Done> {
  const { forms, door, applicationImport, employers, audit } = options;
  checkOpen(options.programme, options.now());
  const form = await forms.readUpload(ctx, aboutOf(session), fileMaxBytes + 16_384, ['file']);
  const bytes = Buffer.from(form.get('file') ?? '', 'base64');
  const employer = employers.find(({ code }) => code === form.get('employer'))?.code;
  if (!employer || bytes.length === 0 || bytes.length > fileMaxBytes)
    throw new OfficeError('IMPORT_REFUSED', 'no employer that takes part, or no file of the size that is taken');
  const told: Told[] = [];
  const tell = (one: Told) => told.length < toldMax && told.push(one);
  const counts = await applicationImport.take({
    rows: rowsIn(bytes),
    employer,
    by: administrator.id,
    mayEnter: (about) => door.may(administrator, 'application.write', { authors: [], about }),
    onRefused: (line, message, fault) =>
      tell({ line, reason: fault instanceof ApplicationRowFault ? fault.text : { ja: message, en: message } }),
    onReferred: (line, application) => tell({ line, application }),
  });
  const detail = { ...counts, employer };
  await audit.record({ type: 'import.applications', result: 'ok', actor: administrator.id, detail });
  return { counts, told, employer };
}

/** JSON lines begin with a brace, and no column is called so. */
async function* rowsIn(bytes: Buffer): AsyncGenerator<Row> {
  const format = /^\uFEFF?\s*\{/.test(bytes.subarray(0, 100).toString()) ? 'json-lines' : 'csv';
  try {
    yield* readRows(Readable.from([bytes]), format);
  } catch (cause) {
    // What the reader throws is about the file alone; what is wrong further on does not come through here.
    if (!(cause instanceof TypeError)) throw cause;
    throw new OfficeError('IMPORT_REFUSED', 'the file has a line without an end', { cause });
  }
}

function show(
  ctx: Context,
  { session }: Admitted,
  { forms, frame, employers }: ImportRoutesOptions,
  done?: Done,
): void {
  const csrf = forms.prepare(ctx, aboutOf(session));
  frame.send(ctx, {
    title: officeCopy.import[frame.preferencesOf(ctx).language],
    path: home,
    body: ({ language }) => <ImportPage {...{ csrf, employers, done, language }} />,
  });
}

interface ImportPageOptions {
  readonly csrf: string;
  readonly employers: readonly Employer[];
  readonly done: Done | undefined;
  readonly language: Language;
}

function ImportPage({ csrf, employers, done, language }: ImportPageOptions) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  return (
    <>
      <Breadcrumb
        trail={[
          { name: adminCopy.title[language], href: '/admin' },
          { name: say('title'), href: list },
        ]}
        current={say('import')}
        language={language}
      />
      <h1>{say('import')}</h1>
      {done ? <Outcome {...done} language={language} /> : null}
      <p>{say('importLead')}</p>
      {employers.length === 0 ? (
        <Notice kind="warning" title={say('noEmployers')} />
      ) : (
        <form method="post" action={home} enctype="multipart/form-data" class="section">
          <input type="hidden" name="csrf" value={csrf} />
          <SelectField
            name="employer"
            label={say('employerCode')}
            empty={say('choose')}
            options={employers.map(({ code, name }) => ({ value: code, label: `${code} ${name[language]}` }))}
            value=""
          />
          <div class="field">
            <label for="file">{say('importFile')}</label>
            <p class="hint" id="file-hint">
              {say('importFileHint')}
            </p>
            <input type="file" id="file" name="file" accept=".csv,.jsonl,.json" aria-describedby="file-hint" />
          </div>
          <button type="submit">{say('importNow')}</button>
        </form>
      )}
    </>
  );
}

function Outcome({ counts, told, employer, language }: Done & { readonly language: Language }) {
  const say = (key: keyof typeof officeCopy) => officeCopy[key][language];
  const { added, same, referred, refused } = counts;
  return (
    <section class="section">
      <Notice kind={refused > 0 ? 'warning' : 'success'} title={say('imported')}>
        <Facts
          facts={[
            [say('added'), String(added)],
            [say('referred'), String(referred)],
            [say('known'), String(same)],
            [say('refused'), String(refused)],
          ]}
        />
        <p>
          <a href={`${list}?${new URLSearchParams({ state: 'received', employer })}`}>{say('title')}</a>
        </p>
      </Notice>
      {told.length === 0 ? null : (
        <>
          <h2 id="told">{say('rowsToLookAt')}</h2>
          <Records
            label="told"
            columns={[say('line'), say('whatToDo')]}
            rows={told.map(({ line, application, reason }) => ({
              key: `${line}-${application ?? ''}`,
              cells: [
                String(line),
                application ? (
                  <a key="application" href={`${list}/${application}`}>
                    {say('lookAtDuplicates')}
                  </a>
                ) : (
                  <bdi key="reason">{reason?.[language]}</bdi>
                ),
              ],
            }))}
          />
        </>
      )}
    </section>
  );
}
