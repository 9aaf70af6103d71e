import { startServer } from './child.ts';
import type { ConsoleHub } from './console-process.ts';
import { createClient } from './http.ts';
import type { Figure } from './measure.ts';

const extension = import.meta.url.split('.').at(-1);

/** What administrators look at all day, with 5,000 services registered. */
const pages: readonly (readonly [name: string, path: string])[] = [
  ['list', '/admin/providers'],
  ['a page in the middle', '/admin/providers?after=oidc%3Aservice-4000'],
  ['those that wait', '/admin/providers?status=pending'],
  ['search, one hit', '/admin/providers?q=sp-4321.example'],
  ['search, many hits', '/admin/providers?q=civic'],
  ['search, no hit', '/admin/providers?q=nobody-has-this-name'],
  ['one service', `/admin/provider?id=${encodeURIComponent('saml:https://sp-4321.example/saml')}`],
];
const rounds = 40;
const warmUp = 10;

/** The console with 5,000 services: CPU time of a request, and whether memory stays flat. */
export async function benchConsole(): Promise<Figure[]> {
  const hub = await startServer<ConsoleHub>(new URL(`console-process.${extension}`, import.meta.url));
  const { send, close } = createClient();
  const { origin, cookie } = hub.ready;
  const look = async (path: string) => {
    const { status, text } = await send(`${origin}${path}`, { headers: { cookie, accept: 'text/html' } });
    if (status !== 200 || !text.includes('</h1>')) throw new Error(`no page: ${status} ${text.slice(0, 300)}`);
  };
  const times = async (path: string, count: number) => {
    for (let nth = 0; nth < count; nth += 1) await look(path);
  };
  try {
    const began = performance.now();
    await look('/admin/providers?q=sp-1.example');
    const first = performance.now() - began;
    for (const [, path] of pages) await times(path, warmUp);
    const before = await hub.raw();
    const figures: Figure[] = [];
    for (const [name, path] of pages) {
      const perSecond = await hub.measure(rounds, () => times(path, rounds));
      const value = 1000 / perSecond;
      figures.push({ name: `console, 5,000 services: ${name}`, value, unit: 'CPU ms', target: 100, atMost: true });
    }
    const grown = (await hub.raw()) - before;
    return [
      {
        name: 'console, 5,000 services: first search after a start',
        value: first,
        unit: 'ms',
        target: 2_000,
        atMost: true,
      },
      ...figures,
      {
        name: `console: heap grown by ${pages.length * rounds} looks`,
        value: grown,
        unit: 'MB',
        target: 2,
        atMost: true,
      },
    ];
  } finally {
    close();
    await hub.stop();
  }
}
