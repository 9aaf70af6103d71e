import { randomText } from '../../lib/random.ts';
import type { Collection } from '../../storage/index.ts';
import type { SsoSession } from '../session.ts';

/**
 * For a command beside the hub, which tells nobody itself: the card's sign-ins are over at once, and a running hub finds
 * them as it finds what a killed one left behind, within half a minute, and tells the parties.
 */
export async function endBeside(sessions: Collection<SsoSession>, cardId: string, now: () => number): Promise<void> {
  const { records } = await sessions.find({ where: { cardId }, limit: 1000 });
  const end = () => ({ signOut: randomText(16, 'base64url'), reason: 'card', at: now() }) as const;
  await Promise.all(
    records.map(({ id }) =>
      sessions.update(id, (current) => (current.ended ? current : { ...current, ended: 'yes', end: end() })),
    ),
  );
}
