import { Command } from 'commander';
import { type CardRecord, cardCollection, createCardRegistry } from '../card-auth/index.ts';
import { openGround } from '../idp/index.ts';
import { defaultData, print, readHubFile } from './hub-file.ts';

export function cardCommand(): Command {
  return new Command('card')
    .description('cards of residents')
    .addCommand(new Command('list').option('--data <folder>', 'data folder of the hub', defaultData).action(list));
}

/** What the card office reads of a card; neither its index nor its key material. */
async function list({ data }: { data: string }): Promise<void> {
  const { storage, close } = await openGround({ settings: await readHubFile(data), now: Date.now });
  try {
    const cards = createCardRegistry({ cards: storage.collection<CardRecord>(cardCollection) });
    const listed: object[] = [];
    let after: string | undefined;
    do {
      const page = await cards.list({ limit: 1000, ...(after ? { after } : {}) });
      for (const { number, residentRef, status, reason, expiresOn, software } of page.records)
        listed.push({
          number,
          resident: residentRef,
          status,
          reason,
          expires: new Date(expiresOn).toISOString(),
          software,
        });
      after = page.next;
    } while (after);
    print(listed);
  } finally {
    await close();
  }
}
