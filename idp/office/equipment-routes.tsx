import type Router from '@koa/router';
import type { Context } from 'koa';
import { dayIn } from '../../lib/time.ts';
import {
  Breadcrumb,
  DateField,
  type DateStyle,
  formatDate,
  formatMoment,
  parseDate,
  Records,
  TextField,
  Value,
} from '../../web/index.ts';
import { adminCopy } from '../admin/copy.ts';
import { type Admitted, aboutOf } from '../admin/door.ts';
import type { Equipment, LentEquipment } from './equipment.ts';
import type { OfficePagesOptions } from './pages.ts';
import { taskCopy } from './task-copy.ts';

export interface EquipmentRoutesOptions extends OfficePagesOptions {
  readonly equipment: Equipment;
}

type Options = EquipmentRoutesOptions;
const home = '/admin/office/equipment';
const fields = ['serial', 'holder', 'dueOn'] as const;
type Field = (typeof fields)[number];
type Typed = Readonly<Record<Field, string>>;
const nothing: Typed = { serial: '', holder: '', dueOn: '' };

/** R111: readers that are lent, and when they come back. */
export function equipmentRoutes(options: Options): (router: Router) => void {
  const { door, forms } = options;
  return (router) => {
    router.get(home, async (ctx) => {
      const admitted = await door.admit(ctx, { act: 'card.issue' });
      if (admitted) await show(ctx, admitted, options, { typed: nothing, wrong: [] });
    });
    for (const [path, how] of [
      [`${home}/lend`, lend],
      [`${home}/back`, giveBack],
    ] as const)
      router.post(path, async (ctx) => {
        forms.demandOrigin(ctx);
        const admitted = await door.admit(ctx, { act: 'card.issue', returnTo: home });
        if (admitted) await how(ctx, admitted, await forms.read(ctx, aboutOf(admitted.session)), options);
      });
  };
}

async function lend(ctx: Context, admitted: Admitted, form: URLSearchParams, options: Options): Promise<void> {
  const { cards, equipment, audit } = options;
  const typed: Typed = { serial: '', holder: '', dueOn: '', ...fieldsIn(form) };
  const serial = typed.serial.normalize('NFKC').toUpperCase();
  const dueOn = parseDate(typed.dueOn);
  const card = await cards.byNumber(typed.holder.normalize('NFKC').replaceAll(/\D/g, ''));
  const wrong: Field[] = [
    ...(/^[A-Z0-9-]{1,40}$/.test(serial) ? [] : ['serial' as const]),
    ...(card ? [] : ['holder' as const]),
    ...(dueOn ? [] : ['dueOn' as const]),
  ];
  if (wrong.length > 0 || !card || !dueOn) {
    ctx.status = 422;
    return show(ctx, admitted, options, { typed, wrong });
  }
  const by = admitted.administrator.id;
  await equipment.lend(serial, { residentRef: card.residentRef, lentBy: by, dueOn });
  await audit.record({ type: 'equipment.lend', result: 'ok', actor: by, detail: { serial, dueOn } });
  ctx.status = 303;
  ctx.redirect(home);
}

const fieldsIn = (form: URLSearchParams): Partial<Typed> =>
  Object.fromEntries(fields.map((name) => [name, (form.get(name) ?? '').trim().slice(0, 60)]));

async function giveBack(ctx: Context, { administrator }: Admitted, form: URLSearchParams, options: Options) {
  const serial = form.get('serial') ?? '';
  await options.equipment.giveBack(serial);
  await options.audit.record({ type: 'equipment.back', result: 'ok', actor: administrator.id, detail: { serial } });
  ctx.status = 303;
  ctx.redirect(home);
}

interface Shown {
  readonly typed: Typed;
  readonly wrong: readonly Field[];
}

async function show(ctx: Context, { session }: Admitted, options: Options, filled: Shown): Promise<void> {
  const { equipment, residents, forms, frame, timeZone, now } = options;
  const listed = (await equipment.list()).toSorted((one, other) => one.dueOn.localeCompare(other.dueOn));
  const lent = await Promise.all(
    listed.map(async (piece) => ({ piece, person: (await residents.displayName(piece.residentRef)) ?? '' })),
  );
  const today = dayIn(timeZone)(now());
  const page = { ...filled, lent, today, csrf: forms.prepare(ctx, aboutOf(session)), timeZone };
  frame.send(ctx, {
    title: taskCopy.equipment[frame.preferencesOf(ctx).language],
    ...(ctx.method === 'GET' ? {} : { path: home }),
    body: ({ language }) => <EquipmentPage {...page} language={language} />,
  });
}

type PageOptions = DateStyle &
  Shown & {
    readonly lent: readonly { readonly piece: LentEquipment; readonly person: string }[];
    readonly today: string;
    readonly csrf: string;
  };

function EquipmentPage(options: PageOptions) {
  const { lent, typed, wrong, csrf, language } = options;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  const field = (name: Field) => ({
    name,
    label: say(name),
    hint: say(`${name}Hint`),
    value: typed[name],
    error: wrong.includes(name) ? say(`${name}Wrong`) : undefined,
    required: true,
    language,
  });
  return (
    <>
      <Breadcrumb
        trail={[{ name: adminCopy.title[language], href: '/admin' }]}
        current={say('equipment')}
        language={language}
      />
      <h1 id="equipment-title">{say('equipment')}</h1>
      <p>{say('equipmentLead')}</p>
      {lent.length === 0 ? (
        <p>{say('none')}</p>
      ) : (
        <Records
          label="equipment-title"
          columns={(['serial', 'borrower', 'lentAt', 'dueOn', 'backAt'] as const).map(say)}
          rows={lent.map((one) => ({ key: one.piece.id, cells: cellsOf(one, options) }))}
        />
      )}
      <form method="post" action={`${home}/lend`} class="section">
        <h2>{say('lend')}</h2>
        <input type="hidden" name="csrf" value={csrf} />
        <TextField {...field('serial')} />
        <TextField {...field('holder')} inputmode="numeric" />
        <DateField {...field('dueOn')} />
        <button type="submit">{say('lend')}</button>
      </form>
    </>
  );
}

function cellsOf({ piece, person }: PageOptions['lent'][number], { today, csrf, ...style }: PageOptions) {
  const { language } = style;
  const say = (key: keyof typeof taskCopy) => taskCopy[key][language];
  const { id, lentAt, dueOn, backAt } = piece;
  const late = backAt === undefined && dueOn < today;
  return [
    <code key="serial">{id}</code>,
    <Value key="person">{person}</Value>,
    formatMoment(lentAt, style),
    `${formatDate(dueOn, language)}${late ? ` ${say('overdue')}` : ''}`,
    backAt === undefined ? (
      <form key="back" method="post" action={`${home}/back`}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="serial" value={id} />
        <button type="submit" class="button-plain" aria-label={`${say('giveBack')} ${id}`}>
          {say('giveBack')}
        </button>
      </form>
    ) : (
      formatMoment(backAt, style)
    ),
  ];
}
