/** Prints what the hot paths reach, as ratios to limits measured in the same run. Load stays on this machine. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { benchAttributes } from './attributes.ts';
import { benchCardKeys } from './card-keys.ts';
import { benchConsole } from './console.ts';
import type { Figure } from './measure.ts';
import { benchPopulation } from './population.ts';
import { benchSaml } from './saml.ts';
import { benchSeveral } from './several.ts';
import { benchSignOn } from './sign-on.ts';
import { benchSignOut } from './sign-out.ts';
import { benchStart } from './start.ts';
import { benchStorage } from './storage.ts';

const text = { type: 'string' } as const;
const { json, only, engine, url } = parseArgs({
  options: { json: text, only: text, engine: { ...text, default: 'embedded' }, url: text },
}).values;
/** Where several processes meet; an engine with a server wants its url. */
const storage = { engine, ...(url === undefined ? {} : { url }) };

/** Without a limit the value itself is judged. */
const judged = ({ value, limit }: Figure) => (limit ? value / limit.value : value);
const isReached = (figure: Figure) =>
  figure.atMost ? judged(figure) <= figure.target : judged(figure) >= figure.target;
const rounded = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

const figures: Figure[] = [];
const benches = {
  storage: benchStorage,
  saml: benchSaml,
  attributes: benchAttributes,
  'sign-on': benchSignOn,
  'card-keys': benchCardKeys,
  'sign-out': benchSignOut,
  console: benchConsole,
  several: () => benchSeveral(storage),
  start: benchStart,
  population: benchPopulation,
};
for (const [name, bench] of Object.entries(benches))
  if (only === undefined || only === name) figures.push(...(await bench()));
const rows = figures.map((figure) => ({
  what: figure.name,
  value: `${rounded(figure.value)} ${figure.unit}`,
  limit: figure.limit ? `${rounded(figure.limit.value)} ${figure.limit.name}` : '',
  ratio: figure.limit ? rounded(judged(figure)) : '',
  target: `${figure.atMost ? '<=' : '>='} ${figure.target}${figure.limit ? 'x' : ` ${figure.unit}`}`,
  reached: isReached(figure) ? 'yes' : 'NO',
}));
process.stdout.write('\n');
console.table(rows);
if (json)
  await writeFile(
    json,
    `${JSON.stringify(
      figures.map((figure) => ({
        ...figure,
        ratio: figure.limit ? judged(figure) : undefined,
        reached: isReached(figure),
      })),
      undefined,
      1,
    )}\n`,
  );
