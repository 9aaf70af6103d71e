import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));

const cores = ['lib', 'storage', 'config', 'web', 'card-auth', 'federation', 'attribute-service'];

/** Folder -> the folders it may import. */
const mayImport: Record<string, readonly string[]> = {
  lib: [],
  storage: ['lib'],
  config: ['lib'],
  web: ['lib'],
  'card-auth': ['lib', 'storage'],
  federation: ['lib', 'storage'],
  'attribute-service': ['lib', 'storage', 'federation'],
  idp: cores,
  'relying-parties': ['lib', 'storage', 'federation', 'attribute-service', 'web', 'config'],
  trial: [...cores, 'idp', 'relying-parties'],
  cli: [...cores, 'idp', 'relying-parties', 'trial'],
};

/** The second doors beside `index.ts`; `lib` is entered by file. */
const secondDoors = ['card-auth/client/index.ts', 'attribute-service/consumer/index.ts'];

/** Packages with a fixed home: who may import them. */
const homes: readonly (readonly [RegExp, RegExp])[] = [
  [/^(koa|@koa\/|koa-|oidc-provider)/, /^(idp|relying-parties|trial)\//],
  [/^mongoose/, /^storage\/mongo[^/]*\.ts$/],
  [/^node:sqlite$/, /^storage\/embedded[^/]*\.ts$/],
  [/^libxml2-wasm/, /^lib\/xml\//],
  [/^ldapts$/, /^(lib\/ldap|attribute-service\/sources\/ldap|idp\/office\/register-ldap)\.ts$/],
  [/^ldapjs$/, /^trial\//],
  [/^pino$/, /^lib\/log\.ts$/],
  [/^(pdfkit|fontkit)$/, /^lib\/pdf[^/]*\.ts$/],
  [/^koffi$/, /^lib\/pkcs11-module\.ts$/],
  [/^(samlify|xml-crypto)$/, /^test\//],
  [/^node:(http|https|net|tls)$/, /^(lib\/outgoing[^/]*\.ts$|idp\/|relying-parties\/|trial\/|cli\/)/],
];

const specifiers = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

function sourcesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(specifiers)].map((match) => match[1] ?? '');
}

function violations(file: string, specifier: string): string[] {
  if (!specifier.startsWith('.')) {
    return homes
      .filter(([name, home]) => name.test(specifier) && !home.test(file))
      .map(() => `${file} imports ${specifier}`);
  }
  const target = relative(root, resolve(root, dirname(file), specifier));
  if (target.startsWith('dist/')) return [];
  const [from = '', to = ''] = [file.split('/')[0], target.split('/')[0]];
  if (from === to) return [];
  const allowed = mayImport[from]?.includes(to) ?? false;
  const byDoor = to === 'lib' || target === `${to}/index.ts` || secondDoors.includes(target);
  return allowed && byDoor ? [] : [`${file} imports ${target}`];
}

/** The tree grows into the table: a folder that is not there yet has nothing to check, one that is there must have sources. */
const present = Object.keys(mayImport).filter((folder) => existsSync(join(root, folder)));

describe('architecture', () => {
  it('has the ground and the cores', () => {
    expect(present).to.include.members(['lib', 'storage', 'config', 'federation', 'attribute-service', 'idp', 'cli']);
  });

  for (const folder of present) {
    it(`${folder} has sources and imports only in the direction of the table`, () => {
      const files = sourcesOf(folder);
      expect(files, 'a folder without sources').to.not.be.empty;
      expect(
        files.flatMap((file) => importsOf(file).flatMap((specifier) => violations(file, specifier))),
      ).to.deep.equal([]);
    });
  }

  it('keeps the terminal side free of node modules, so that it runs in a browser', () => {
    const files = sourcesOf('card-auth/client');
    expect(files).to.not.be.empty;
    expect(files.filter((file) => importsOf(file).some((name) => name.startsWith('node:')))).to.deep.equal([]);
  });

  it('notices a core that imports koa, an import upward, and a way past the door', () => {
    expect(violations('federation/saml/response.ts', 'koa')).to.have.length(1);
    expect(violations('storage/memory.ts', '../idp/index.ts')).to.have.length(1);
    expect(violations('idp/session.ts', '../federation/account-links.ts')).to.have.length(1);
    expect(violations('idp/session.ts', '../federation/index.ts')).to.deep.equal([]);
  });
});
