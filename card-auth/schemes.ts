import type { CardRegistry } from './card-registry.ts';
import { CardError } from './errors.ts';
import { type CardActor, isFinal, type ReasonCode } from './life-cycle.ts';
import type { PinAuthentication } from './sign-in.ts';

/** What holders call it. */
interface Label {
  readonly ja: string;
  readonly en: string;
}

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
  /** Lower-case letters, digits and hyphens: it stands in addresses and before ids. */
  readonly name: string;
  readonly label: Label;
  /**
   * Two factors of this scheme, shown for this one interaction: `cardId` is its own id. Refuses with a CardError, also a
   * message that was taken before. The home scheme has steps of its own instead.
   */
  readonly present?: (interactionId: string, message: unknown) => Promise<PinAuthentication>;
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
    label: { ja: 'カード', en: 'Card' },
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

/** The refusal of a scheme that is not there, or that has no message of its own. */
const noScheme = () => new CardError('CARD_REFUSED', 'this hub knows no such kind of card');

/**
 * All authenticators of a person, over whatever schemes this hub has. Elsewhere (sessions, audit) each has one name, its
 * `ref`: in the home scheme, which is the first, the id as it is; in another one with the scheme before it.
 */
export function createAuthenticators(schemes: readonly [AuthenticatorScheme, ...AuthenticatorScheme[]]) {
  const [home] = schemes;
  const byName = new Map(schemes.map((scheme) => [scheme.name, scheme]));
  if (byName.size !== schemes.length) throw new TypeError('every scheme has a name of its own');

  const refOf = ({ scheme, id }: Pick<Authenticator, 'scheme' | 'id'>): string =>
    scheme === home.name ? id : `${scheme}:${id}`;

  function partsOf(ref: string): { readonly scheme: AuthenticatorScheme | undefined; readonly id: string } {
    const [name = '', ...rest] = ref.split(':');
    return rest.length === 0 ? { scheme: home, id: ref } : { scheme: byName.get(name), id: rest.join(':') };
  }

  async function ofResident(residentRef: string): Promise<readonly Authenticator[]> {
    return (await Promise.all(schemes.map((scheme) => scheme.ofResident(residentRef)))).flat();
  }

  /** As sessions and the audit know them, those that have ended too. */
  const refsOf = async (residentRef: string): Promise<readonly string[]> => (await ofResident(residentRef)).map(refOf);

  /** Those beside the home scheme, whose cards have pages of their own. */
  const othersOf = async (residentRef: string): Promise<readonly Authenticator[]> =>
    (await ofResident(residentRef)).filter(({ scheme }) => scheme !== home.name);

  /** An authenticator of a scheme that is not there any more is not usable. */
  async function isUsable(ref: string): Promise<boolean> {
    const { scheme, id } = partsOf(ref);
    return (await scheme?.isUsable(id)) ?? false;
  }

  /** Whether it was stopped now; false too where its scheme is gone. */
  async function suspend(ref: string, reason: ReasonCode, by: CardActor): Promise<boolean> {
    const { scheme, id } = partsOf(ref);
    return (await scheme?.suspend(id, reason, by)) ?? false;
  }

  /** What a terminal says of an authenticator of this scheme, judged by the scheme; the interaction is its challenge. */
  async function present(name: string, interactionId: string, message: unknown): Promise<PinAuthentication> {
    const scheme = byName.get(name);
    if (!scheme?.present) throw noScheme();
    const presented = await scheme.present(interactionId, message);
    const cardId = refOf({ scheme: name, id: presented.cardId });
    if (!(await isUsable(cardId))) throw new CardError('CARD_SUSPENDED', 'the authenticator cannot be used');
    return { ...presented, cardId };
  }

  const labelOf = (name: string): Label => byName.get(name)?.label ?? { ja: name, en: name };

  return { refOf, refsOf, ofResident, othersOf, isUsable, suspend, present, labelOf };
}

export type Schemes = ReturnType<typeof createAuthenticators>;
