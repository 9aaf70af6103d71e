import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Settings } from '../../config/index.ts';
import { apiScopes } from '../../federation/index.ts';
import type { Log } from '../../lib/log.ts';
import { createSeal } from '../../lib/seal.ts';
import { createOwnForms } from '../account/own-form.ts';
import type { openConsole } from '../admin/open.ts';
import type { StopLine } from '../card/stop-line.ts';
import type { Ground } from '../ground.ts';
import { createLimit } from '../guards.ts';
import type { EventFeed } from '../office/event-feed.ts';
import { type ApiTokens, apiResourceOf } from '../oidc/api-access.ts';
import type { ApiAgreement } from '../oidc/resume.ts';
import type { PageFrame } from '../page-frame.ts';
import type { Interactions } from '../sign-in/interaction.ts';
import { accessRoutes } from './access-page.tsx';
import { createCallers } from './caller.ts';
import { stopOperation } from './card-operations.ts';
import { decisionOperation } from './decision-operation.ts';
import { eventOperation } from './event-operation.ts';
import { createOnce, type KeyUse, keyUseCollection } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { apiRoot, type Operation, operationIds } from './operation.ts';
import { providerOperations } from './provider-operations.ts';
import { recordOperations } from './record-operations.ts';
import { referenceCopy } from './reference-copy.ts';
import { ReferencePage } from './reference-page.tsx';
import { apiProblems, metadataPath } from './refusal.ts';
import { apiRoutes } from './routes.ts';

export interface ApiOptions {
  readonly settings: Settings;
  readonly ground: Ground;
  readonly log: Log;
  readonly frame: PageFrame;
  readonly browserCookie: string;
  readonly interactions: Interactions;
  readonly tokens: ApiTokens;
  readonly agreement: ApiAgreement;
  readonly stopCard: StopLine;
  /** What the console is made of: the API does nothing by other means. */
  readonly parts: Awaited<ReturnType<typeof openConsole>>['parts'];
  /** Changes in residents' lives. */
  readonly events: EventFeed;
  readonly now: () => number;
}

/** The administration API: the console's acts for programs, with tokens of our own provider. */
export function openApi(options: ApiOptions): { routes: (router: Router) => void; problems: Middleware } {
  const { settings, ground, parts, now } = options;
  const { origin, limits } = settings;
  const common = { ...options, ...parts, origin, audit: ground.audit };
  const callers = createCallers(common);
  const operations = inOrder([
    ...providerOperations(common),
    decisionOperation({ ...common, callers }),
    stopOperation(common),
    eventOperation({ ...common, callers }),
    ...recordOperations({ ...common, journal: ground.journal, trial: settings.profile === 'trial' }),
  ]);
  const once = createOnce({
    uses: ground.storage.collection<KeyUse>(keyUseCollection),
    seal: createSeal(ground.folder.masterKey, 'api-answers'),
    now,
  });
  const forms = createOwnForms({ ...options, origin, secure: origin.startsWith('https:') });
  const adding = [
    apiRoutes({ ...common, operations, callers, once, limit: createLimit(limits.api) }),
    documentRoutes({ ...options, operations }),
    accessRoutes({ ...common, forms }),
  ];
  return {
    routes: (router) => {
      for (const add of adding) add(router);
    },
    problems: apiProblems({ ...common, operations }),
  };
}

const inOrder = (operations: readonly Operation[]) =>
  operations.toSorted((one, other) => operationIds.indexOf(one.id) - operationIds.indexOf(other.id));

/** What can be read without a token: the same for everybody, and nothing of what is registered. */
function documentRoutes({
  operations,
  settings: { origin },
  frame,
}: Pick<ApiOptions, 'settings' | 'frame'> & { readonly operations: readonly Operation[] }): (router: Router) => void {
  const document = openApiDocument({ operations, origin, version: '1.0.0' });
  const { schemas } = document.components as { schemas: Readonly<Record<string, object>> };
  return (router) => {
    router.get(`${apiRoot}/openapi.json`, (ctx) => {
      ctx.body = document;
    });
    router.get(`${apiRoot}/docs`, (ctx) =>
      frame.send(ctx, {
        title: referenceCopy.title[frame.preferencesOf(ctx).language],
        body: ({ language }) => <ReferencePage {...{ operations, origin, schemas, language }} />,
      }),
    );
    // RFC 9728: a program that met a 401 finds here where its token comes from.
    router.get(metadataPath, (ctx) => {
      ctx.body = {
        resource: apiResourceOf(origin),
        authorization_servers: [origin],
        scopes_supported: apiScopes,
        bearer_methods_supported: ['header'],
        resource_documentation: `${apiResourceOf(origin)}/docs`,
      };
    });
  };
}
