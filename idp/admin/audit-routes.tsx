import type Router from '@koa/router';
import type { Journal } from '../../storage/index.ts';
import { parseDate } from '../../web/index.ts';
import type { Audit } from '../audit.ts';
import type { PageFrame } from '../page-frame.ts';
import { AuditPage, type AuditPageOptions } from './audit-page.tsx';
import { type AuditQuery, createAuditSearch } from './audit-search.ts';
import { adminCopy } from './copy.ts';
import type { Door } from './door.ts';

export interface AuditRoutesOptions {
  readonly door: Door;
  readonly frame: PageFrame;
  readonly journal: Pick<Journal, 'latest' | 'verify'>;
  readonly accessJournal: Pick<Journal, 'verify'>;
  readonly audit: Audit;
  readonly timeZone: string;
}

/** The audit page (R18, R156): looking only, and every look is on record too. */
export function auditRoutes(options: AuditRoutesOptions): (router: Router) => void {
  const { door, frame, audit, timeZone } = options;
  const search = createAuditSearch(options);
  return (router) => {
    router.get('/admin/audit', async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'audit.read' });
      if (!admitted) return;
      const { searchParams } = ctx.URL;
      const { typed, query, wrongDays } = queryIn(searchParams);
      const verify = searchParams.get('verify') === '1';
      const page = {
        typed,
        query,
        wrongDays,
        timeZone,
        reports: verify ? await reportsOf(options) : [],
        found: await search(query, searchParams.get('after') ?? undefined),
      };
      const asked = Object.entries(query).filter(([, value]) => value !== '');
      const detail = { verify, ...Object.fromEntries(asked) };
      await audit.record({ type: 'audit.read', result: 'ok', actor: admitted.administrator.id, detail });
      frame.send(ctx, {
        title: adminCopy.audit[frame.preferencesOf(ctx).language],
        body: ({ language }) => <AuditPage {...page} language={language} />,
      });
    });
  };
}

function queryIn(parameters: URLSearchParams): Pick<AuditPageOptions, 'typed' | 'query' | 'wrongDays'> {
  const textOf = (name: keyof AuditQuery) => (parameters.get(name) ?? '').trim().slice(0, 300);
  const typed: AuditQuery = {
    provider: textOf('provider'),
    pseudonym: textOf('pseudonym'),
    type: textOf('type'),
    actor: textOf('actor'),
    from: textOf('from'),
    to: textOf('to'),
  };
  const dayOf = (text: string) => (text === '' ? '' : (parseDate(text) ?? ''));
  const query = { ...typed, from: dayOf(typed.from), to: dayOf(typed.to) };
  return {
    typed,
    query,
    wrongDays: (['from', 'to'] as const).filter((name) => typed[name] !== '' && query[name] === ''),
  };
}

async function reportsOf({ journal, accessJournal }: AuditRoutesOptions): Promise<AuditPageOptions['reports']> {
  return [
    ['auditJournal', await journal.verify()],
    ['accessJournal', await accessJournal.verify()],
  ];
}
