import { trialAddresses } from './addresses.ts';
import { type ChildStart, runChild } from './child.ts';
import { readDirectoryPassword, startDirectory } from './directory.ts';

/** The directory of staff in a process of its own: the hub reaches it by LDAP only. */
runChild(async ({ data, base }: ChildStart) => {
  const { directory } = trialAddresses(base);
  const running = await startDirectory({
    listen: { host: '127.0.0.1', port: directory.port },
    password: await readDirectoryPassword(data),
  });
  return running.close;
});
