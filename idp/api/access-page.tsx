import type Router from '@koa/router';
import type { Context } from 'koa';
import { type ApiScope, apiScopes, type ProviderRegistry } from '../../federation/index.ts';
import { Facts, type Language, Notice, type Text, Value } from '../../web/index.ts';
import type { OwnForms } from '../account/own-form.ts';
import type { Administrators } from '../admin/administrators.ts';
import { rolesIn } from '../admin/copy.ts';
import type { Door } from '../admin/door.ts';
import { scopeNames } from '../admin/provider-copy.ts';
import type { Role } from '../admin/roles.ts';
import { HubPageError } from '../errors.ts';
import { redirectOrigins } from '../oidc/redirect-origins.ts';
import type { ApiAgreement, AskedAccess } from '../oidc/resume.ts';
import type { PageFrame } from '../page-frame.ts';
import type { SsoSession } from '../session.ts';
import { traceOf } from '../traces/trace.ts';

const copy = {
  title: { ja: 'プログラムに管理の操作を任せますか', en: 'Let a program act in your name?' },
  lead: {
    ja: '次のプログラムが、あなたの管理者番号で、次の操作をしようとしています。心当たりがなければ、任せないでください。',
    en: 'This program wants to do the following under your administrator number. If you did not start it, say no.',
  },
  program: { ja: 'プログラム', en: 'Program' },
  goesTo: { ja: '戻り先', en: 'Goes back to' },
  may: { ja: 'できるようになること', en: 'It will be able to' },
  roles: { ja: 'あなたの権限', en: 'Your roles' },
  until: { ja: '任せる時間', en: 'For' },
  ten: { ja: '10分間（ログインしているあいだ）', en: 'ten minutes, while you are signed in' },
  decides: {
    ja: 'このプログラムは、あなたの名前で承認できるようになります。',
    en: 'The program will be able to approve in your name.',
  },
  agree: { ja: '任せる', en: 'Let it' },
  decline: { ja: '任せない', en: 'Do not' },
} as const satisfies Record<string, Text>;

export interface AccessPageOptions {
  readonly door: Door;
  readonly forms: OwnForms;
  readonly frame: PageFrame;
  readonly administrators: Pick<Administrators, 'currentOf'>;
  readonly registry: Pick<ProviderRegistry, 'get'>;
  readonly agreement: ApiAgreement;
}

/** Where an administrator sees which program is going to act in their name, and with which scopes (R157: card lately). */
export function accessRoutes(options: AccessPageOptions): (router: Router) => void {
  const { door, forms, agreement } = options;
  return (router) => {
    router.get('/admin/api-access/:uid', async (ctx) => {
      const uid = String(ctx.params.uid);
      const session = await door.enter(ctx, { returnTo: ctx.path, maxAgeMs: 30 * 60_000 });
      if (session) await showQuestion(ctx, { uid, session }, options);
    });
    router.post('/admin/api-access/:uid', async (ctx) => {
      const uid = String(ctx.params.uid);
      forms.demandOrigin(ctx);
      const session = await door.enter(ctx, { returnTo: `/admin/api-access/${uid}`, maxAgeMs: 60 * 60_000 });
      if (!session) return;
      const form = await forms.read(ctx, aboutOf(uid, session));
      await agreement.asked(uid, session);
      await answer(
        ctx,
        form.get('do') === 'agree'
          ? await agreement.agree(uid, session)
          : await agreement.refuse(uid, traceOf(ctx).keep()),
      );
    });
  };
}

const aboutOf = (uid: string, { id }: SsoSession) => `api-access:${id}:${uid}`;

async function answer(ctx: Context, next: string): Promise<void> {
  ctx.status = 303;
  ctx.redirect(next);
}

async function showQuestion(
  ctx: Context,
  { uid, session }: { uid: string; session: SsoSession },
  { forms, frame, administrators, registry, agreement }: AccessPageOptions,
): Promise<void> {
  const asked = await agreement.asked(uid, session);
  const administrator = await administrators.currentOf(session.residentRef);
  // A resident without an account: the program hears "access_denied", as from somebody who says no.
  if (!administrator) return answer(ctx, await agreement.refuse(uid, traceOf(ctx).keep()));
  const record = await registry.get('oidc', asked.clientId);
  if (!record) throw new HubPageError('PROVIDER_NOT_APPROVED', 'the client is no longer registered');
  const csrf = forms.prepare(ctx, aboutOf(uid, session));
  frame.send(ctx, {
    title: copy.title[frame.preferencesOf(ctx).language],
    // The answer goes on to the program, by a redirect of the form.
    policy: { formAction: redirectOrigins([asked.redirectUri]) },
    body: ({ language }) => (
      <Question {...{ uid, csrf, asked, language }} name={record.name[language]} roles={administrator.roles} />
    ),
  });
}

interface QuestionProps {
  readonly uid: string;
  readonly csrf: string;
  readonly asked: AskedAccess;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly language: Language;
}

function Question({ uid, csrf, asked, name, roles, language }: QuestionProps) {
  const scopes = asked.scopes.filter((scope): scope is ApiScope => apiScopes.some((known) => known === scope));
  return (
    <>
      <h1>{copy.title[language]}</h1>
      <p>{copy.lead[language]}</p>
      <Facts
        facts={[
          [copy.program[language], <Value key="name">{`${name} (${asked.clientId})`}</Value>],
          [copy.goesTo[language], <Value key="to">{new URL(asked.redirectUri).host || asked.redirectUri}</Value>],
          [copy.may[language], <Scopes key="may" scopes={scopes} language={language} />],
          [copy.roles[language], rolesIn(roles, language)],
          [copy.until[language], copy.ten[language]],
        ]}
      />
      {scopes.includes('admin.providers.approve') ? <Notice kind="warning" title={copy.decides[language]} /> : null}
      <form method="post" action={`/admin/api-access/${uid}`} data-hub-asks="access">
        <input type="hidden" name="csrf" value={csrf} />
        <div class="actions">
          <button type="submit" name="do" value="agree" data-hub-answer="agree">
            {copy.agree[language]}
          </button>
          <button type="submit" name="do" value="decline" class="button-plain" data-hub-answer="decline">
            {copy.decline[language]}
          </button>
        </div>
      </form>
    </>
  );
}

const Scopes = ({ scopes, language }: { readonly scopes: readonly ApiScope[]; readonly language: Language }) => (
  <ul class="errors">
    {scopes.map((scope) => (
      <li key={scope}>{scopeNames[scope][language]}</li>
    ))}
  </ul>
);
