import { createHmac } from 'node:crypto';
import { type AuthenticatorScheme, CardError } from '../../card-auth/index.ts';

const key = 'held by the tokens of the test and by the scheme';

/** What a token answers in an interaction once its holder entered the PIN. */
export const tokenAnswer = (residentRef: string, interactionId: string, pin = '482100') => ({
  token: residentRef,
  mac: createHmac('sha256', key).update(`${residentRef} ${interactionId} ${pin}`).digest('base64url'),
});

/** Another card altogether: one token for each of these residents, with a PIN, proved by one MAC over the interaction. */
export function tokenScheme(residents: readonly string[]): AuthenticatorScheme {
  const stopped = new Set<string>();
  const taken = new Set<string>();
  const idOf = (residentRef: string) => `token-${residentRef}`;
  return {
    name: 'token',
    label: { ja: '試験用トークン', en: 'Test token' },
    async ofResident(residentRef) {
      const id = idOf(residentRef);
      const usable = !stopped.has(id);
      return residents.includes(residentRef) ? [{ scheme: 'token', id, residentRef, usable, final: false }] : [];
    },
    isUsable: async (id) => residents.map(idOf).includes(id) && !stopped.has(id),
    async suspend(id) {
      const first = !stopped.has(id);
      stopped.add(id);
      return first;
    },
    async present(interactionId, message) {
      const { token, mac } = message as { token?: unknown; mac?: unknown };
      const residentRef = residents.find((one) => one === token) ?? '';
      if (mac !== tokenAnswer(residentRef, interactionId).mac || taken.has(interactionId))
        throw new CardError('CARD_REFUSED', 'the token is unknown, its MAC is wrong, or it was taken before');
      taken.add(interactionId);
      const at = Date.now();
      return { residentRef, cardId: idOf(residentRef), level: 'urn:x-sanuki:ac:card-pin', amr: ['hwk', 'pin'], at };
    },
  };
}
