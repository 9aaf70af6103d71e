import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCards, newCardFile, writeCard } from '../../trial/card-box/cards.ts';
import { setPinAt } from '../idp/card-world.ts';
import { browser, issueCard, signInAt, startTestHub } from '../idp/world.ts';

describe('the card box', () => {
  it('marks a PIN on a note as outdated once another one was written to the card, also after a new start, and knows no new one', async () => {
    const [hub, folder] = [await startTestHub(), await mkdtemp(join(tmpdir(), 'sanuki-box-'))];
    try {
      const { pin, card: issued } = await issueCard(hub);
      const number = '1234567890123';
      await writeCard(folder, newCardFile({ number, pin, face: { ja: '氏名', en: 'Name' } }, issued.memory()));
      const boxed = async () => {
        const found = await createCards(folder).get(number);
        if (!found) throw new Error('no card in the box');
        return found;
      };
      const { card, pinChanged } = await boxed();
      const own = browser();
      const page = `${hub.origin}/account/card/pin`;
      await own.visit(await signInAt(own, (await own.visit(page)).url, { card, pin }));
      expect([pinChanged(), (await boxed()).pinChanged()], 'a sign-in writes too').to.deep.equal([false, false]);
      await setPinAt(own, page, { card, pin, newPin: '593817' });
      expect([pinChanged(), (await boxed()).pinChanged()]).to.deep.equal([true, true]);
      expect((await boxed()).pin).to.equal(pin);
    } finally {
      await hub.close();
      await rm(folder, { recursive: true });
    }
  });
});
