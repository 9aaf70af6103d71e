import { bodyExamples } from './examples.ts';
import { parametersOf } from './openapi.ts';
import type { Operation } from './operation.ts';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The operation as a command that can be copied; $API and $TOKEN are the reader's. */
export function curlExample(one: Operation): string {
  const parameters = parametersOf(one);
  const path = one.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return encodeURIComponent(parameters.find((parameter) => parameter.name === name)?.example ?? '');
  });
  const headers = parameters.filter((parameter) => parameter.in === 'header' && parameter.required);
  const lines = [
    `curl -sS "$API${path}"`,
    ...(one.method === 'get' || (one.method === 'post' && one.body) ? [] : [`-X ${one.method.toUpperCase()}`]),
    '-H "Authorization: Bearer $TOKEN"',
    ...headers.map(({ name, example = '' }) => `-H ${quoted(`${name}: ${example}`)}`),
    ...(one.body
      ? [`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(bodyExamples[one.body], undefined, 2))}`]
      : []),
  ];
  return lines.join(' \\\n  ');
}
