import { createLog } from '../lib/log.ts';
import { trialAddresses } from './addresses.ts';
import { cardsFolderOf } from './card-box/cards.ts';
import { startCardBox } from './card-box/main.tsx';
import { type ChildStart, runChild } from './child.ts';

/** The card box in a process of its own: it alone holds the software cards. */
runChild(async ({ data, base, service }: ChildStart) => {
  const { cardBox, hub } = trialAddresses(base);
  const running = await startCardBox({
    origin: cardBox.origin,
    listen: { host: '127.0.0.1', port: cardBox.port },
    folder: cardsFolderOf(data),
    hubOrigin: hub.origin,
    operator: service.operator,
    support: service.support,
    log: createLog({ name: 'card-box', level: 'warn' }),
  });
  return running.close;
});
