import type Router from '@koa/router';
import { type DateStyle, formatMoment, Records, Value } from '../../web/index.ts';
import { aboutOf } from '../admin/door.ts';
import { itemNames } from '../card/change-copy.ts';
import type { ChangeRequest, ChangeRequests } from '../card/change-requests.ts';
import { HubPageError } from '../errors.ts';
import type { CallerCases } from './caller-cases.ts';
import type { OfficePagesOptions } from './pages.ts';
import { taskCopy } from './task-copy.ts';

export interface ToldChangesOptions extends OfficePagesOptions {
  readonly changeRequests: ChangeRequests;
  readonly callerCases: Pick<CallerCases, 'open'>;
}

const path = '/admin/office/told-changes';

/** R35: what holders said has changed. The office opens the person, looks at papers, notes the change there, and is done. */
export function toldChangeRoutes(options: ToldChangesOptions): (router: Router) => void {
  const { door, forms, changeRequests, callerCases, audit } = options;
  return (router) => {
    router.post(path, async (ctx) => {
      forms.demandOrigin(ctx);
      const admitted = await door.admit(ctx, { act: 'event.note', returnTo: '/admin/office/tasks' });
      if (!admitted) return;
      const form = await forms.read(ctx, aboutOf(admitted.session));
      const request = await changeRequests.get(form.get('request') ?? '');
      if (request?.state !== 'open') throw new HubPageError('PAGE_MISSING', 'no such change waits');
      const by = admitted.administrator.id;
      ctx.status = 303;
      if (form.get('do') === 'open') {
        const { id } = await callerCases.open(request.id, by);
        await audit.record({ type: 'support.open', result: 'ok', actor: by, detail: { case: id } });
        return ctx.redirect(`/admin/support/${id}`);
      }
      await changeRequests.settle(request.id, by);
      await audit.record({ type: 'change.settle', result: 'ok', actor: by });
      return ctx.redirect('/admin/office/tasks');
    });
  };
}

export interface ShownChange {
  readonly request: ChangeRequest;
  readonly person: string;
}

/** Those that wait, each with the way to the person. */
export function ToldChanges({
  told,
  csrf,
  ...style
}: DateStyle & { readonly told: readonly ShownChange[]; readonly csrf: string }) {
  const { language } = style;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  return (
    <section class="section">
      <h2 id="told-title">{say('toldChanges')}</h2>
      <p>{say('toldChangesText')}</p>
      {told.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="told-title"
          columns={(['person', 'toldItems', 'since', 'decide'] as const).map(say)}
          rows={told.map(({ request, person }) => ({
            key: request.id,
            cells: [
              <Value key="person">{person}</Value>,
              request.items.map((item) => itemNames[item][language]).join(language === 'ja' ? '、' : ', '),
              formatMoment(request.at, style),
              <form key="do" method="post" action={path} class="actions">
                <input type="hidden" name="csrf" value={csrf} />
                <input type="hidden" name="request" value={request.id} />
                <button type="submit" name="do" value="open" aria-label={`${say('openPerson')}: ${person}`}>
                  {say('openPerson')}
                </button>
                <button
                  type="submit"
                  name="do"
                  value="settle"
                  class="button-plain"
                  aria-label={`${say('settleChange')}: ${person}`}
                >
                  {say('settleChange')}
                </button>
              </form>,
            ],
          }))}
        />
      )}
    </section>
  );
}
