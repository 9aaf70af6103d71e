import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withHub } from '../../cli/open-hub.ts';
import { splitProviderId } from '../../federation/index.ts';
import { sanuki } from '../flows/trial.ts';

const text = { ja: 'ログイン', en: 'Sign-in' };

/** A data folder as a start leaves it, of a hub that is not running. */
export async function makeDataFolder(profile: 'trial' | 'production') {
  const folder = await mkdtemp(join(tmpdir(), 'sanuki-data-'));
  const origin = profile === 'trial' ? 'http://localhost:4100' : 'https://id.example';
  const listen = { behindProxy: { trusted: ['127.0.0.1'] } };
  const service = { name: text, operator: text, support: { phone: '0120', hours: text } };
  await writeFile(join(folder, 'hub.json'), JSON.stringify({ profile, origin, listen, data: folder, service }));
  return {
    folder,
    run: (...args: string[]) => sanuki(...args, '--data', folder),
    async file(name: string, content: string): Promise<string> {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

export type MadeDataFolder = Awaited<ReturnType<typeof makeDataFolder>>;

/** What only a second person can do, done on the closed store: of the change that waits, or of the registration. */
export async function approve({ folder }: MadeDataFolder, id: string): Promise<void> {
  await withHub(folder, async ({ federation, cases }) => {
    const { protocol = 'saml', key = '' } = splitProviderId(id) ?? {};
    const record = await federation.registry.get(protocol, key);
    if (!record) throw new TypeError(`${id} is not registered`);
    const revision = await cases.revisionOf(id);
    const ruling = { by: 'A-second', comment: 'looked at', outcome: 'approved' } as const;
    if (revision) await cases.decideRevision(record, revision, { ...ruling, seen: revision.version });
    else await cases.decide(record, { ...ruling, seen: record.version });
  });
}

export interface AuditEntry {
  readonly type: string;
  readonly actor?: string;
  readonly provider?: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function audited({ folder }: MadeDataFolder): Promise<AuditEntry[]> {
  return withHub(folder, async ({ ground }) => {
    const { records } = await ground.journal.read({ limit: 1000 });
    return records.map(({ entry }) => entry as unknown as AuditEntry);
  });
}
