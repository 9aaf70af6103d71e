import { createHmac, createSecretKey } from 'node:crypto';
import { cardPinBound, passkey } from '../../federation/index.ts';
import type { Audit } from '../audit.ts';
import type { Notices } from '../card/notices.ts';
import type { Presentation, SsoSession } from '../session.ts';
import { isCardRecent } from '../sign-in/dispatch.ts';
import { type Authenticator, type Authenticators, nameOf } from './authenticators.ts';
import type { PasskeyChallenges, Place, Purpose } from './challenge.ts';
import { PasskeyError } from './errors.ts';
import { type Asserted, challengeIn, parseAssertion, parseRegistration } from './messages.ts';
import { bindOptions, type RelyingParty, useOptions, verifyBinding, verifyUse } from './webauthn.ts';

export interface CeremoniesOptions {
  readonly authenticators: Authenticators;
  readonly challenges: PasskeyChallenges;
  readonly party: RelyingParty;
  /** Key of the user handles. */
  readonly userHandleKey: Uint8Array;
  /** A card of the resident that may be used; undefined while there is none. */
  readonly usableCardOf: (residentRef: string) => Promise<string | undefined>;
  readonly displayNameOf: (residentRef: string) => Promise<string | undefined>;
  readonly audit: Pick<Audit, 'record'>;
  readonly notices: Pick<Notices, 'notify'>;
  /** A passkey was removed: whoever is signed in by it is signed out, and the parties are told. */
  readonly onStopped: (authenticatorId: string) => Promise<void>;
  readonly now: () => number;
}

type CardSession = Pick<SsoSession, 'id' | 'residentRef' | 'cardId' | 'level' | 'authenticatedAt'>;
type Where = Omit<Place, 'sessionId'>;

/**
 * What a passkey proves (RFC 8176): possession of a key, and that its device verified the person. Whether the key lies
 * in hardware nobody knows without attestation, so it is not claimed.
 */
const byPasskey = ['pop', 'user'] as const;
/** Methods of the two levels that a passkey makes. */
export const methodsOf = {
  [cardPinBound]: ['hwk', 'pin', ...byPasskey],
  [passkey]: [...byPasskey, 'mfa'],
} as const;

/** The ceremonies of WebAuthn (7.1, 7.2): who may bind a passkey, and what a use of one is worth. */
export function createCeremonies(options: CeremoniesOptions) {
  const { authenticators, challenges, party, usableCardOf, audit, notices, now } = options;
  const handleKey = createSecretKey(options.userHandleKey);

  /** WebAuthn 14.6.1: says nothing of the person, and is no identifier of the hub or of any provider. */
  const userHandleOf = (residentRef: string) => createHmac('sha256', handleKey).update(residentRef).digest('base64url');

  /** Only who presented card and PIN a moment ago binds a passkey: a found session binds none. */
  function demandCard(session: CardSession): void {
    if (!isCardRecent(session, now()))
      throw new PasskeyError('PASSKEY_NEEDS_CARD', 'card and PIN were presented too long ago');
  }

  const placeIn = (session: CardSession, where: Where): Place => ({ ...where, sessionId: session.id });

  async function startBinding(session: CardSession, where: Where) {
    demandCard(session);
    const { residentRef } = session;
    const [bound, displayName = '', challenge] = await Promise.all([
      authenticators.ofResident(residentRef),
      options.displayNameOf(residentRef),
      challenges.issue('bind', placeIn(session, where)),
    ]);
    return bindOptions(party, { challenge, userHandle: userHandleOf(residentRef), displayName, bound });
  }

  async function finishBinding(
    session: CardSession,
    where: Where,
    { message, name }: { readonly message: unknown; readonly name: string },
  ): Promise<Authenticator> {
    const registered = parseRegistration(message);
    const challenge = challengeIn(registered);
    await challenges.spend(challenge, 'bind', placeIn(session, where));
    demandCard(session);
    const made = await verifyBinding(party, challenge, registered);
    const { residentRef, cardId } = session;
    const authenticator = await authenticators.bind({
      ...made,
      residentRef,
      userHandle: userHandleOf(residentRef),
      name: nameOf(name),
      transports: registered.response.transports ?? [],
    });
    await audit.record({
      type: 'authenticator.bind',
      result: 'ok',
      card: cardId,
      detail: { authenticator: authenticator.id },
    });
    await notices.notify(residentRef, 'passkey-bound');
    return authenticator;
  }

  /** The bound key beside card and PIN: only the resident's own are asked for. */
  async function startBeside(session: CardSession, where: Where) {
    demandCard(session);
    const [allowed, challenge] = await Promise.all([
      authenticators.usableOf(session.residentRef),
      challenges.issue('beside-card', placeIn(session, where)),
    ]);
    if (allowed.length === 0) throw new PasskeyError('PASSKEY_UNKNOWN', 'the resident has bound no passkey');
    return useOptions(party, { challenge, allowed });
  }

  async function finishBeside(session: CardSession, where: Where, message: unknown): Promise<Presentation> {
    const { authenticator, noted } = await answered(message, 'beside-card', placeIn(session, where), (owner) => {
      demandCard(session);
      if (owner !== session.residentRef)
        throw new PasskeyError('PASSKEY_OF_OTHER', 'the passkey is of another resident than the card');
    });
    const { residentRef, cardId, authenticatedAt: at } = session;
    await noted('auth.bound', cardId);
    const amr = methodsOf[cardPinBound];
    return { residentRef, cardId, level: cardPinBound, amr, at, authenticatorId: authenticator.id };
  }

  /** A passkey alone: the device offers what it has for this site. */
  const startSignIn = async (where: Where) =>
    useOptions(party, { challenge: await challenges.issue('sign-in', where), allowed: [] });

  /** A passkey stands on the proof of identity that its resident's card stands on: without a card in use it is none. */
  async function finishSignIn(where: Where, message: unknown): Promise<Presentation> {
    const { authenticator, noted } = await answered(message, 'sign-in', where);
    const { residentRef, id: authenticatorId } = authenticator;
    const cardId = await usableCardOf(residentRef);
    if (cardId === undefined) throw new PasskeyError('PASSKEY_NEEDS_CARD', 'the resident has no card in use');
    await noted('auth.passkey', cardId);
    return { residentRef, cardId, level: passkey, amr: methodsOf[passkey], at: now(), authenticatorId };
  }

  /** WebAuthn 7.2: challenge, owner, signature, counter, in this order. */
  async function answered(
    message: unknown,
    purpose: Purpose,
    place: Place,
    demandOwner: (residentRef: string) => void = () => undefined,
  ) {
    const asserted = parseAssertion(message);
    const challenge = challengeIn(asserted);
    await challenges.spend(challenge, purpose, place);
    const authenticator = await ownerOf(asserted, purpose);
    demandOwner(authenticator.residentRef);
    const counter = await verifyUse(party, challenge, { message: asserted, authenticator });
    await noteUse(authenticator, counter);
    const noted = (type: string, card: string) =>
      audit.record({ type, result: 'ok', card, detail: { authenticator: authenticator.id } });
    return { authenticator, noted };
  }

  /** WebAuthn 7.2, step 6: who signs in by a passkey alone is told by the credential and by its user handle alike. */
  async function ownerOf({ id, response }: Asserted, purpose: Purpose): Promise<Authenticator> {
    const known = await authenticators.byCredential(id);
    if (!known) throw new PasskeyError('PASSKEY_UNKNOWN', 'no such passkey is bound here');
    const handle = response.userHandle ?? (purpose === 'sign-in' ? undefined : known.userHandle);
    if (handle !== known.userHandle)
      throw new PasskeyError('PASSKEY_REFUSED', 'the user handle is not the one of the passkey');
    return known;
  }

  async function noteUse({ id }: Authenticator, counter: number): Promise<void> {
    try {
      await authenticators.use(id, counter);
    } catch (error) {
      if (error instanceof PasskeyError && error.code === 'PASSKEY_COPIED')
        await audit.record({
          type: 'authenticator.clone-alarm',
          result: 'refused',
          code: error.code,
          detail: { authenticator: id },
        });
      throw error;
    }
  }

  async function remove({ residentRef, cardId }: CardSession, id: string): Promise<Authenticator> {
    const removed = await authenticators.remove(residentRef, id);
    await audit.record({ type: 'authenticator.remove', result: 'ok', card: cardId, detail: { authenticator: id } });
    await Promise.all([notices.notify(residentRef, 'passkey-removed'), options.onStopped(id)]);
    return removed;
  }

  const { ofResident, usableOf } = authenticators;
  return {
    startBinding,
    finishBinding,
    startBeside,
    finishBeside,
    startSignIn,
    finishSignIn,
    remove,
    ofResident,
    usableOf,
  };
}

export type Ceremonies = ReturnType<typeof createCeremonies>;
