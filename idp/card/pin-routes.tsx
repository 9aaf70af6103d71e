import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { PinOwner, PinSet, PinSetting, PinWay } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import { sha256 } from '../../lib/bytes.ts';
import { createGate, type GateOptions } from '../account/gate.ts';
import { createOwnForms, type OwnFormsOptions } from '../account/own-form.ts';
import { HubPageError } from '../errors.ts';
import type { PageFrame } from '../page-frame.ts';
import { browserSecretOf } from '../sign-in/browser-secret.ts';
import { base64url, possession, readMessage, writeCount } from '../sign-in/messages.ts';
import { pinCopy } from './pin-copy.ts';
import { PinPage } from './pin-page.tsx';

export interface PinRoutesOptions extends Omit<GateOptions, 'interactions'>, Omit<OwnFormsOptions, 'interactions'> {
  readonly interactions: GateOptions['interactions'] & OwnFormsOptions['interactions'];
  readonly setting: PinSetting;
  readonly frame: PageFrame;
  readonly settings: Settings;
}

const messages = {
  start: z.strictObject({}),
  tap: z.strictObject({ sid: base64url }),
  prove: z.strictObject({ ...possession, blinded: base64url }),
  'prove-code': z.strictObject({ ...possession, code: z.string().regex(/^\d{20}$/) }),
  confirm: z.strictObject({
    sid: base64url,
    wcnt2: writeCount,
    mac2: base64url,
    blinded: base64url,
    proof: base64url.optional(),
  }),
  commit: z.strictObject({
    sid: base64url,
    publicKey: base64url,
    slotHash: base64url,
    proof: base64url,
    endorsement: base64url.optional(),
  }),
} as const;

const paths = { change: '/account/card/pin', code: '/card/activate' } as const satisfies Record<PinWay, string>;
const nextOf: Readonly<Record<PinSet['purpose'], string>> = {
  change: '/account/card?done=pin',
  activate: '/account/card',
  reset: '/account/card',
};

/** Who sets a PIN, and what the anti-forgery token is about. */
interface Visitor {
  readonly owner: PinOwner;
  readonly about: string;
}

/**
 * The pages on which a holder sets a PIN at a reader, and their steps. A change belongs to a sign-in of that resident;
 * with a hand-over code nobody is signed in yet, so the run belongs to the browser. No step carries a PIN.
 */
export function pinRoutes(options: PinRoutesOptions): (router: Router) => void {
  const { setting, frame, settings } = options;
  const forms = createOwnForms(options);
  const enter = createGate(options);
  const { softwareReader, pinDigits } = settings.signIn;
  const script = frame.program('card-pin');

  function browserOf(ctx: Context): Visitor {
    const key = sha256('sanuki-card-browser:', browserSecretOf(ctx, options)).toString('base64url');
    return { owner: { key }, about: 'card-code' };
  }

  async function residentOf(ctx: Context): Promise<Visitor | undefined> {
    const session = await enter(ctx, { returnTo: paths.change });
    return session && visitorOf(session);
  }

  /** A program asks here, so an ended session is a refusal and no way to the sign-in page. */
  async function visitorAt(ctx: Context, way: PinWay): Promise<Visitor> {
    forms.demandOrigin(ctx);
    const session =
      way === 'change' ? await options.sessions.byCookie(ctx.cookies.get(options.sessionCookie)) : undefined;
    if (way === 'change' && !session) throw new HubPageError('SIGN_IN_EXPIRED', 'the session has ended');
    const visitor = session ? visitorOf(session) : browserOf(ctx);
    options.interactions.checkCsrf(visitor.about, browserSecretOf(ctx, options), ctx.get('x-csrf-token'));
    return visitor;
  }

  function show(ctx: Context, way: PinWay, { about }: Visitor): void {
    const page = {
      way,
      base: paths[way],
      csrfToken: forms.prepare(ctx, about),
      pinDigits,
      softwareReader,
      supportPhone: settings.service.support.phone,
    };
    const { language } = frame.preferencesOf(ctx);
    frame.send(ctx, {
      title: pinCopy[way === 'change' ? 'changeTitle' : 'codeTitle'][language],
      body: () => <PinPage {...page} language={language} />,
      script,
      policy: { connect: softwareReader ? [new URL(softwareReader).origin] : [] },
    });
  }

  function steps(router: Router, way: PinWay): void {
    const path = paths[way];
    const step = <T,>(
      name: keyof typeof messages,
      schema: z.ZodType<T>,
      act: (owner: PinOwner, message: T) => unknown,
    ) =>
      router.post(`${path}/${name}`, async (ctx) => {
        const { owner } = await visitorAt(ctx, way);
        ctx.body = await act(owner, await readMessage(ctx, schema));
      });
    step('start', messages.start, (owner) => setting.start(way, owner));
    step('tap', messages.tap, (owner, { sid }) => setting.tap(way, owner, sid));
    if (way === 'change') step('prove', messages.prove, setting.proveOld);
    else step('prove-code', messages['prove-code'], setting.proveCode);
    step('confirm', messages.confirm, (owner, message) => setting.confirm(way, owner, message));
    step('commit', messages.commit, async (owner, message) => {
      const { purpose } = await setting.commit(way, owner, message);
      return { next: nextOf[purpose] };
    });
  }

  return (router) => {
    router.get(paths.change, async (ctx) => {
      const visitor = await residentOf(ctx);
      if (visitor) show(ctx, 'change', visitor);
    });
    router.get(paths.code, (ctx) => show(ctx, 'code', browserOf(ctx)));
    steps(router, 'change');
    steps(router, 'code');
  };
}

/** A token of one sign-in is worth nothing in another. */
const visitorOf = ({ id, residentRef }: { readonly id: string; readonly residentRef: string }): Visitor => ({
  owner: { key: id, residentRef },
  about: `card-pin:${id}`,
});
