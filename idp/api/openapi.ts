import { z } from 'zod';
import { apiScopes } from '../../federation/index.ts';
import { scopeNames } from '../admin/provider-copy.ts';
import { scopeFor } from '../admin/scopes.ts';
import { apiResourceOf } from '../oidc/api-access.ts';
import { bodyExamples, idExample, keyExample, tagExample } from './examples.ts';
import type { Operation } from './operation.ts';
import { operationWords } from './operation-copy.ts';
import { parameterWords } from './parameter-copy.ts';
import { type ProblemCode, problems } from './problems.ts';
import { named, queries, type SchemaName } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const refTo = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

/** The very schemas that check requests, as JSON Schema 2020-12, which is the dialect of OpenAPI 3.1. */
function componentSchemas(): Readonly<Record<string, Json>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) {
    // The same schema under two names is one: the second name is the one that is referred to.
    if (!registry.has(schema)) registry.add(schema, { id });
  }
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)]));
}

function bare(schema: object): Json {
  const { $schema: _schema, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}

/** The OpenAPI 3.1 document of everything that is served. */
export function openApiDocument({ operations, origin, version }: DocumentOptions): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of operations) paths[one.path] = { ...paths[one.path], [one.method]: operationOf(one) };
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Administration API',
      version,
      summary:
        'Service providers of this hub: register, check, change, decide; audit records; changes in residents’ lives.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiResourceOf(origin) }],
    externalDocs: { url: `${apiResourceOf(origin)}/docs` },
    paths: { ...paths, ...publicPaths },
    components: {
      schemas: componentSchemas(),
      responses: problemResponses(),
      securitySchemes: { hub: oauthOf(origin) },
    },
  };
}

export interface DocumentOptions {
  readonly operations: readonly Operation[];
  readonly origin: string;
  readonly version: string;
}

const open = (operationId: string, summary: string, type: string): Json => ({
  get: {
    operationId,
    summary,
    security: [],
    responses: { 200: { description: summary, content: { [type]: {} } } },
  },
});

/** What can be read without a token. */
const publicPaths = {
  '/openapi.json': open('getDocument', 'This document', 'application/json'),
  '/docs': open('showReference', 'This document as a page', 'text/html'),
};

function operationOf(one: Operation): Json {
  const { summary, text } = operationWords[one.id];
  return {
    operationId: one.id,
    summary: summary.en,
    description: text.en,
    security: scopesOf(one).map((scope) => ({ hub: [scope] })),
    parameters: parametersOf(one),
    ...(one.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: refTo(one.body), example: bodyExamples[one.body] } },
          },
        }
      : {}),
    responses: {
      [one.status]: {
        description: summary.en,
        ...(headersOf(one) ? { headers: headersOf(one) } : {}),
        content: { 'application/json': { schema: refTo(one.answer) } },
      },
      ...Object.fromEntries(
        statusesOf(one).map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]),
      ),
    },
  };
}

/** Where there are several, each opens a part of the operation. */
export const scopesOf = ({ acts }: Pick<Operation, 'acts'>): string[] => [
  ...new Set(acts.flatMap((act) => scopeFor(act) ?? [])),
];

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
  readonly example?: string;
}

export function parametersOf(one: Operation): Parameter[] {
  const schema = bare(z.toJSONSchema(queries[one.query], { io: 'input' }));
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Json>>;
  const queried = Object.entries(properties).map(([name, one]) => {
    return { name, in: 'query', required: false, description: wordsOf(name), schema: one } as const;
  });
  const id = { name: 'id', in: 'path', required: true, description: wordsOf('id'), schema: text } as const;
  return [...(one.path.includes('{id}') ? [{ ...id, example: idExample }] : []), ...queried, ...headerParameters(one)];
}

const wordsOf = (name: string) => parameterWords[name]?.en ?? '';
const text = { type: 'string' };

function headerParameters({ ifMatch, once }: Operation): Parameter[] {
  const header = { in: 'header', schema: text } as const;
  const [match, onlyOnce] = ['If-Match', 'Idempotency-Key'] as const;
  const tag = { ...header, name: match, description: wordsOf(match), example: tagExample };
  const key = { ...header, name: onlyOnce, description: wordsOf(onlyOnce), example: keyExample };
  return [
    ...(ifMatch ? [{ ...tag, required: ifMatch === 'required' }] : []),
    ...(once ? [{ ...key, required: once === 'required' }] : []),
  ];
}

const headersOf = ({ answer, status }: Operation): Json | undefined =>
  answer === 'Provider' || answer === 'Written'
    ? {
        ETag: { description: 'For If-Match.', schema: { type: 'string' } },
        ...(status === 201 ? { Location: { description: 'The registration.', schema: { type: 'string' } } } : {}),
      }
    : undefined;

/** Which refusals an operation can answer with. */
export function codesOf(one: Operation): ProblemCode[] {
  return [
    'TOKEN_MISSING',
    'TOKEN_REFUSED',
    'SCOPE_MISSING',
    'ACT_NOT_ALLOWED',
    'REQUEST_INVALID',
    ...(one.acts.includes('provider.approve') ? (['OWN_WORK', 'PERSON_NEEDED', 'NOTHING_TO_DECIDE'] as const) : []),
    ...(one.id === 'tellResidentEvents' ? (['PERSON_NEEDED', 'FEED_UNKNOWN'] as const) : []),
    ...(one.path.includes('{id}') ? (['PAGE_MISSING'] as const) : []),
    ...(one.body ? (['BODY_MALFORMED', 'BODY_TOO_LARGE', 'WRONG_MEDIA_TYPE'] as const) : []),
    ...(one.body === 'Declaration' ? (['REGISTRATION_REFUSED'] as const) : []),
    ...(one.id === 'registerProvider' ? (['ALREADY_REGISTERED'] as const) : []),
    ...(one.once === 'required' ? (['IDEMPOTENCY_KEY_MISSING'] as const) : []),
    ...(one.once ? (['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_BUSY'] as const) : []),
    ...(one.once && one.id !== 'tellResidentEvents' ? (['REGISTRATION_CHANGED'] as const) : []),
    ...(one.ifMatch ? (['VERSION_MISSING', 'VERSION_OUTDATED'] as const) : []),
    'TOO_MANY_REQUESTS',
    'STORE_BUSY',
  ];
}

const statusesOf = (one: Operation): number[] => [...new Set(codesOf(one).map((code) => problems[code].status))];
const nameOf = (status: number) => `Problem${status}`;

function problemResponses(): Json {
  const statuses = [...new Set(Object.values(problems).map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.entries(problems).filter(([, one]) => one.status === status);
      const description = codes.map(([code, { meaning }]) => `${code}: ${meaning.en}`).join('\n');
      return [nameOf(status), { description, content: { 'application/problem+json': { schema: refTo('Problem') } } }];
    }),
  );
}

function oauthOf(origin: string): Json {
  const scopes = Object.fromEntries(apiScopes.map((scope) => [scope, scopeNames[scope].en]));
  const tokenUrl = `${origin}/oidc/token`;
  return {
    type: 'oauth2',
    description: `Ask for the token with resource=${apiResourceOf(origin)} (RFC 8707).`,
    flows: {
      authorizationCode: { authorizationUrl: `${origin}/oidc/authorize`, tokenUrl, scopes },
      clientCredentials: { tokenUrl, scopes },
    },
  };
}
