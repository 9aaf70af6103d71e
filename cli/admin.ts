import { Command } from 'commander';
import type { Settings } from '../config/index.ts';
import { type Administrators, isRole, openAdministrators, openGround, roles } from '../idp/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

const actor = 'command';
const dayMs = 24 * 3_600_000;

interface InviteOptions {
  readonly roles: string;
  readonly days: string;
  readonly data: string;
}

export function adminCommand(): Command {
  const data = ['--data <folder>', 'data folder of the hub', defaultData] as const;
  return new Command('admin')
    .description('administrators of the console')
    .addCommand(
      new Command('invite')
        .description('print an address, good once and for 24 hours, where a resident becomes an administrator')
        .requiredOption('--roles <names>', `comma-separated: ${roles.join(', ')}`)
        .option('--days <number>', 'the account ends after this many days, 365 at most', '365')
        .option(...data)
        .action(invite),
    )
    .addCommand(new Command('list').option(...data).action(list))
    .addCommand(
      new Command('revoke')
        .argument('<id>', 'number of the administrator, as list prints it')
        .option(...data)
        .action(revoke),
    );
}

async function withAdministrators<T>(
  data: string,
  act: (administrators: Administrators, settings: Settings) => Promise<T>,
): Promise<T> {
  const settings = await readHubFile(data);
  const ground = await openGround({ settings, now: Date.now });
  try {
    return await act(openAdministrators(ground, Date.now), settings);
  } finally {
    await ground.close();
  }
}

async function invite({ roles: names, days, data }: InviteOptions): Promise<void> {
  const asked = names.split(',').map((name) => name.trim());
  const unknown = asked.filter((name) => !isRole(name));
  if (unknown.length > 0) throw new Error(`no such role: ${unknown.join(', ')}; there are ${roles.join(', ')}`);
  const count = Number(days);
  if (!Number.isInteger(count) || count < 1 || count > 365) throw new Error('--days is a number from 1 to 365');
  await withAdministrators(data, async (administrators, { origin }) => {
    const until = Date.now() + count * dayMs;
    const { token, expiresAt } = await administrators.invite({ roles: asked.filter(isRole), until, invitedBy: actor });
    print({
      url: `${origin}/admin/invitation/${token}`,
      roles: asked,
      expires: new Date(expiresAt).toISOString(),
      account_until: new Date(until).toISOString(),
    });
  });
}

async function list({ data }: { data: string }): Promise<void> {
  await withAdministrators(data, async (administrators) => {
    const listed: object[] = [];
    let after: string | undefined;
    do {
      const page = await administrators.list({ limit: 1000, ...(after ? { after } : {}) });
      for (const { id, residentRef, roles: held, until, invitedBy, revokedAt } of page.records)
        listed.push({
          id,
          resident: residentRef,
          roles: held,
          until: new Date(until).toISOString(),
          invitedBy,
          state: revokedAt !== undefined ? 'revoked' : until <= Date.now() ? 'ended' : 'current',
        });
      after = page.next;
    } while (after);
    print(listed);
  });
}

async function revoke(id: string, { data }: { data: string }): Promise<void> {
  await withAdministrators(data, async (administrators) => {
    const { id: revoked } = await administrators.revoke(id, actor);
    print({ revoked });
  });
}
