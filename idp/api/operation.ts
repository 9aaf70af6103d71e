import type { z } from 'zod';
import type { Act } from '../admin/roles.ts';
import type { Caller } from './caller.ts';
import type { Answer } from './idempotency.ts';
import type { AnswerName, bodies, queries } from './schemas.ts';

type Queries = typeof queries;
type Bodies = typeof bodies;
export type QueryName = keyof Queries;
export type BodyName = keyof Bodies;

/** A request as its operation gets it: read and checked. */
export interface Call<Q extends QueryName, B extends BodyName> {
  readonly caller: Caller;
  /** Of the path; empty where the path has none. */
  readonly id: string;
  readonly query: z.output<Queries[Q]>;
  readonly body: z.output<Bodies[B]>;
  /** Header If-Match as it came; empty where there was none. */
  readonly ifMatch: string;
}

/** Everything about one operation: what serves it, what checks it and what documents it. */
export interface Operation<Q extends QueryName = QueryName, B extends BodyName = BodyName> {
  readonly id: OperationId;
  readonly method: 'get' | 'post' | 'put';
  /** In the form of OpenAPI, below the root of the API. */
  readonly path: string;
  /** What it needs; where that hangs on the body, the operation asks again. */
  readonly acts: readonly [Act, ...Act[]];
  readonly query: Q;
  readonly body?: B;
  /** Demanded where the answer rests on what the caller has seen. */
  readonly ifMatch?: 'required' | 'optional';
  /** It alters something: carried out once per key, and audited. */
  readonly once?: 'required' | 'optional';
  readonly answer: AnswerName;
  readonly status: 200 | 201;
  readonly handle: (call: Call<Q, B>) => Promise<Pick<Answer, 'body' | 'headers'> & { readonly status?: number }>;
}

export const operationIds = [
  'getHub',
  'listProviders',
  'registerProvider',
  'getProvider',
  'changeProvider',
  'decideProvider',
  'listRevisions',
  'checkDeclarations',
  'searchAudit',
  'listAdministrators',
  'stopCard',
  'tellResidentEvents',
] as const;
export type OperationId = (typeof operationIds)[number];

/** Forgets what kind of query and body it reads; whoever calls `handle` has read them by the operation's own names. */
export const operation = <Q extends QueryName, B extends BodyName = never>(made: Operation<Q, B>): Operation =>
  made as unknown as Operation;

export const apiRoot = '/api/admin/v1';

/** The path of an operation in the router's form. */
export const routeOf = ({ path }: Pick<Operation, 'path'>): string =>
  `${apiRoot}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
