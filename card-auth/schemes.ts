import type { CardRegistry } from './card-registry.ts';
import { type CardActor, isFinal, type ReasonCode } from './life-cycle.ts';

/** One thing that a person signs in with, as its scheme tells of it. */
export interface Authenticator {
  /** Name of the scheme; with `id` it names the authenticator. */
  readonly scheme: string;
  readonly id: string;
  readonly residentRef: string;
  /** Whether a sign-in with it would be taken now. */
  readonly usable: boolean;
  /** Whether it can ever be used again. */
  readonly final: boolean;
}

/**
 * R42, R43: what a kind of card, or any other authenticator, has to offer so that a person can hold several of several
 * kinds. How it proves itself at a terminal is the scheme's own; what comes of it is a `CardAuthentication`.
 */
export interface AuthenticatorScheme {
  readonly name: string;
  ofResident(residentRef: string): Promise<readonly Authenticator[]>;
  isUsable(id: string): Promise<boolean>;
  /** Stops it at once; false where the life cycle does not let this actor. */
  suspend(id: string, reason: ReasonCode, by: CardActor): Promise<boolean>;
}

/** FeliCa Lite-S, on a dedicated IruCa or a card of its own: the scheme of the first deployment. */
export function liteSScheme({
  cards,
  now = Date.now,
}: {
  cards: Pick<CardRegistry, 'ofResident' | 'isUsable' | 'move'>;
  now?: () => number;
}): AuthenticatorScheme {
  const name = 'felica-lite-s';
  return {
    name,
    async ofResident(residentRef) {
      const held = await cards.ofResident(residentRef);
      return held.map(({ id, status, expiresOn }) => ({
        scheme: name,
        id,
        residentRef,
        usable: status === 'active' && expiresOn > now(),
        final: isFinal(status) || expiresOn <= now(),
      }));
    },
    isUsable: (id) => cards.isUsable(id),
    suspend: async (id, reason, by) => (await cards.move(id, 'suspended', reason, by)) !== undefined,
  };
}

/** All authenticators of a person, over whatever schemes this hub has. */
export function createAuthenticators(schemes: readonly AuthenticatorScheme[]) {
  const byName = new Map(schemes.map((scheme) => [scheme.name, scheme]));
  if (byName.size !== schemes.length) throw new TypeError('every scheme has a name of its own');

  async function ofResident(residentRef: string): Promise<readonly Authenticator[]> {
    return (await Promise.all(schemes.map((scheme) => scheme.ofResident(residentRef)))).flat();
  }

  /** An authenticator of a scheme that is not there any more is not usable. */
  const isUsable = async (scheme: string, id: string): Promise<boolean> =>
    (await byName.get(scheme)?.isUsable(id)) ?? false;

  /** Everything that a person could sign in with, stopped; resolves to what was. */
  async function suspendAll(residentRef: string, reason: ReasonCode, by: CardActor): Promise<readonly Authenticator[]> {
    const held = (await ofResident(residentRef)).filter(({ final }) => !final);
    const stop = async ({ scheme, id }: Authenticator) => (await byName.get(scheme)?.suspend(id, reason, by)) ?? false;
    const stopped = await Promise.all(held.map(stop));
    return held.filter((_, at) => stopped[at]);
  }

  return { ofResident, isUsable, suspendAll };
}
