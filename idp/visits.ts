import type { AccountLinks } from '../federation/index.ts';
import type { Notices } from './card/notices.ts';

export interface VisitsOptions {
  readonly links: Pick<AccountLinks, 'noteSignIn'>;
  readonly notices: Pick<Notices, 'notify'>;
}

/**
 * A resident came to a party in a session that had not led there yet: its link keeps when, and a first sign-in is told.
 * Asked where a session gains a participant, which is a write anyway; repeated sign-ons of a session cost nothing here.
 */
export function createVisits({ links, notices }: VisitsOptions) {
  return async function noteVisit(residentRef: string, party: string): Promise<void> {
    // The link is written first: after a crash in between the notice is missing, but it never comes twice.
    if (await links.noteSignIn(residentRef, party)) await notices.notify(residentRef, 'new-link', { party });
  };
}

export type NoteVisit = ReturnType<typeof createVisits>;
