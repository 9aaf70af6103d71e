import type { Schemes } from '../../card-auth/index.ts';
import type { Settings } from '../../config/index.ts';
import type { Notices } from '../card/notices.ts';
import type { Ground } from '../ground.ts';
import { type Authenticator, authenticatorCollection, createAuthenticators } from './authenticators.ts';
import { createCeremonies } from './ceremonies.ts';
import { createPasskeyChallenges, type PasskeyChallenge, passkeyChallengeCollection } from './challenge.ts';

export interface OpenAuthenticatorsOptions {
  readonly settings: Settings;
  readonly schemes: Pick<Schemes, 'ofResident' | 'refOf'>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly notices: Pick<Notices, 'notify'>;
  /** A passkey says nothing any more: whoever is signed in by it is signed out, and the parties are told. */
  readonly onStopped: (authenticatorId: string) => Promise<void>;
  readonly now: () => number;
}

/** The passkeys of residents: records, challenges, ceremonies. */
export function openAuthenticators(
  { storage, secret, audit }: Pick<Ground, 'storage' | 'secret' | 'audit'>,
  { settings, schemes, displayNameOf, notices, onStopped, now }: OpenAuthenticatorsOptions,
) {
  const authenticators = createAuthenticators({
    authenticators: storage.collection<Authenticator>(authenticatorCollection),
    onCopied: async ({ id, residentRef }) => {
      await Promise.all([notices.notify(residentRef, 'passkey-copied'), onStopped(id)]);
    },
    now,
  });

  async function usableCardOf(residentRef: string): Promise<string | undefined> {
    const usable = (await schemes.ofResident(residentRef)).find((one) => one.usable);
    return usable && schemes.refOf(usable);
  }

  const ceremonies = createCeremonies({
    authenticators,
    challenges: createPasskeyChallenges({
      challenges: storage.collection<PasskeyChallenge>(passkeyChallengeCollection),
      now,
    }),
    party: { origin: settings.origin, name: settings.service.name.ja },
    userHandleKey: secret('passkey-users'),
    usableCardOf,
    displayNameOf,
    audit,
    notices,
    onStopped,
    now,
  });
  return { ceremonies, isUsable: authenticators.isUsable };
}
