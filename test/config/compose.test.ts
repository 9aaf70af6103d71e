import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { loadSettings } from '../../config/index.ts';
import { root } from '../root.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: { readonly default?: { readonly ipv4_address?: string } };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const folder = join(root, 'docs/compose');

/** As a file only: no container runs in the tests. */
describe('the compose example', () => {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const compose = async () => parse(await read('compose.yaml'), { merge: true }) as Compose;

  it('has two equal hubs behind a proxy, and three members of one replica set', async () => {
    const { services } = await compose();
    expect(Object.keys(services)).to.have.members(['proxy', 'hub1', 'hub2', 'store1', 'store2', 'store3']);
    expect(services.hub1).to.deep.equal(services.hub2);
    for (const name of ['store1', 'store2', 'store3'])
      expect(services[name]?.command, name).to.include.members(['--replSet', 'sanuki', '--keyFile']);
    const open = Object.keys(services).filter((name) => services[name]?.ports);
    expect(open, 'what is reached from outside').to.deep.equal(['proxy']);
    const caddy = await read('Caddyfile');
    for (const hub of ['hub1', 'hub2']) expect(caddy).to.include(`${hub}:8080`);
  });

  it('gives the hubs settings that load, with the members, the listener and the files of this example', async () => {
    const { services, secrets } = await compose();
    const { storage, listen, data, origin } = await loadSettings(join(folder, 'settings.yaml'));
    if (storage.engine !== 'mongo') throw new Error('the engine for several hosts');
    expect(storage.url).to.match(/@store1,store2,store3\/\?replicaSet=sanuki\b/);
    expect(listen).to.deep.include({ host: '0.0.0.0', port: 8080 });
    const address = services.proxy?.networks?.default?.ipv4_address;
    expect(listen.behindProxy?.trusted, 'only the proxy’s word counts').to.deep.equal([address]);
    expect(await read('Caddyfile')).to.include(new URL(origin).hostname);
    expect(services.hub1?.volumes).to.include(`hub-data:${data}`);
    const secret = storage.passwordFile?.replace('/run/secrets/', '') ?? '';
    expect(services.hub1?.secrets).to.include(secret);
    expect(Object.keys(secrets)).to.include(secret);
  });

  it('names every secret and volume it uses, and has no secret in itself', async () => {
    const { services, secrets, volumes } = await compose();
    for (const [name, { secrets: used = [], volumes: mounted = [], environment = {} }] of Object.entries(services)) {
      expect(Object.keys(secrets), name).to.include.members([...used]);
      const named = mounted.map((mount) => mount.split(':')[0] ?? '').filter((from) => !from.startsWith('.'));
      expect(Object.keys(volumes), name).to.include.members(named);
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|SECRET|KEY/.test(key)) expect(value, key).to.match(/^\/run\/secrets\//);
    }
    for (const { file } of Object.values(secrets)) expect(file).to.match(/^\.\/secrets\//);
  });
});
