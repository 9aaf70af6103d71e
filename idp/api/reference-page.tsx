import { apiScopes } from '../../federation/index.ts';
import { Facts, type Language, Records } from '../../web/index.ts';
import { scopeNames } from '../admin/provider-copy.ts';
import { apiResourceOf } from '../oidc/api-access.ts';
import { curlExample } from './curl-example.ts';
import { codesOf, parametersOf, scopesOf } from './openapi.ts';
import type { Operation } from './operation.ts';
import { operationWords } from './operation-copy.ts';
import { parameterWords } from './parameter-copy.ts';
import { anchorOf, type ProblemCode, problems } from './problems.ts';
import { places, referenceCopy } from './reference-copy.ts';

export interface ReferenceOptions {
  readonly operations: readonly Operation[];
  readonly origin: string;
  /** Named schemas of the document. */
  readonly schemas: Readonly<Record<string, object>>;
}

type Parts = ReferenceOptions & { readonly language: Language };
const say = (key: keyof typeof referenceCopy, language: Language) => referenceCopy[key][language];

/** The OpenAPI document for people: made of the same table, so that it says nothing else. */
export function ReferencePage(options: Parts) {
  const { operations, schemas, language } = options;
  return (
    <>
      <h1>{say('title', language)}</h1>
      <p>{say('lead', language)}</p>
      <Start {...options} />
      <section class="section">
        <h2>{say('operations', language)}</h2>
        <ul class="errors">
          {operations.map((one) => (
            <li key={one.id}>
              <a href={`#${one.id}`}>{operationWords[one.id].summary[language]}</a>{' '}
              <code>{`${one.method.toUpperCase()} ${one.path}`}</code>
            </li>
          ))}
        </ul>
      </section>
      {operations.map((one) => (
        <OperationSection key={one.id} one={one} language={language} />
      ))}
      <Problems language={language} />
      <section class="section">
        <h2>{say('schemas', language)}</h2>
        {Object.entries(schemas).map(([name, schema]) => (
          <details key={name} id={`schema-${name}`}>
            <summary>{name}</summary>
            <pre class="document">{JSON.stringify(schema, undefined, 2)}</pre>
          </details>
        ))}
      </section>
    </>
  );
}

function Start({ origin, language }: Parts) {
  const api = apiResourceOf(origin);
  const example = [
    `API=${api}`,
    `TOKEN=$(curl -sS ${origin}/oidc/token \\`,
    '  -u "$CLIENT_ID:$CLIENT_SECRET" \\',
    `  -d grant_type=client_credentials -d resource=$API \\`,
    `  -d 'scope=admin.providers.read admin.providers.write' | jq -r .access_token)`,
  ].join('\n');
  return (
    <section class="section">
      <h2>{say('start', language)}</h2>
      <ol class="errors">
        {(['client', 'token', 'person'] as const).map((key) => (
          <li key={key}>{say(key, language)}</li>
        ))}
      </ol>
      <Facts
        facts={[
          [say('address', language), api],
          [say('issuer', language), origin],
          [
            say('document', language),
            <a key="document" href="openapi.json">
              openapi.json
            </a>,
          ],
        ]}
      />
      <h3>{say('tokenExample', language)}</h3>
      <pre class="document">{example}</pre>
      <h3>{say('scopes', language)}</h3>
      <Facts facts={apiScopes.map((scope) => [scope, scopeNames[scope][language]])} />
    </section>
  );
}

function OperationSection({ one, language }: { readonly one: Operation; readonly language: Language }) {
  const { summary, text } = operationWords[one.id];
  const parameters = parametersOf(one);
  const heading = `${one.id}-parameters`;
  return (
    <section class="block" id={one.id}>
      <h3>{summary[language]}</h3>
      <p>
        <code>{`${one.method.toUpperCase()} ${one.path}`}</code>
      </p>
      <p>{text[language]}</p>
      <Facts
        facts={[
          [say('needs', language), scopesOf(one).join(', ')],
          ...(one.body ? [[say('body', language), <SchemaLink key="body" name={one.body} />] as const] : []),
          [
            say('answer', language),
            <span key="answer">
              {one.status} <SchemaLink name={one.answer} />
            </span>,
          ],
          [say('refusals', language), <Codes key="codes" codes={codesOf(one)} />],
        ]}
      />
      {parameters.length > 0 ? (
        <>
          <h4 id={heading}>{say('parameters', language)}</h4>
          <Records
            label={heading}
            columns={(['name', 'place', 'meaning', 'form'] as const).map((key) => say(key, language))}
            rows={parameters.map((parameter) => ({ key: parameter.name, cells: cellsOf(parameter, language) }))}
          />
        </>
      ) : null}
      <h4>{say('example', language)}</h4>
      <pre class="document">{curlExample(one)}</pre>
    </section>
  );
}

const SchemaLink = ({ name }: { readonly name: string }) => <a href={`#schema-${name}`}>{name}</a>;

const Codes = ({ codes }: { readonly codes: readonly ProblemCode[] }) => (
  <>
    {codes.map((code) => (
      <span key={code}>
        <a href={`#${anchorOf(code)}`}>{code}</a>{' '}
      </span>
    ))}
  </>
);

function cellsOf(parameter: ReturnType<typeof parametersOf>[number], language: Language) {
  const { name, required, schema } = parameter;
  return [
    <span key="name">
      <code>{name}</code> {required ? <strong>({say('required', language)})</strong> : null}
    </span>,
    places[parameter.in][language],
    parameterWords[name]?.[language] ?? '',
    <code key="form">{formOf(schema)}</code>,
  ];
}

/** A schema in one line: its values, or its type with its bounds. */
function formOf({ enum: values, type, default: preset, ...rest }: Readonly<Record<string, unknown>>): string {
  const kind = Array.isArray(values) ? values.join(' | ') : typeof type === 'string' ? type : 'YYYY-MM-DD';
  const bounds = ['minimum', 'maximum', 'maxLength'].flatMap((bound) =>
    typeof rest[bound] === 'number' ? [`${bound} ${rest[bound]}`] : [],
  );
  return [kind, ...bounds, ...(typeof preset === 'number' ? [`= ${preset}`] : [])].join(', ');
}

function Problems({ language }: { readonly language: Language }) {
  return (
    <section class="section">
      <h2>{say('problems', language)}</h2>
      <p>{say('problemsLead', language)}</p>
      {(Object.keys(problems) as ProblemCode[]).map((code) => {
        const { status, meaning, remedy } = problems[code];
        return (
          <section class="block" key={code} id={anchorOf(code)}>
            <h3>
              {status} {code}
            </h3>
            <p>{meaning[language]}</p>
            <p>
              <strong>{say('remedy', language)}</strong> {remedy[language]}
            </p>
          </section>
        );
      })}
    </section>
  );
}
