import { expect } from 'chai';
import {
  type Comparison,
  card,
  cardPin,
  cardPinBound,
  decideLevel,
  passkey,
  reachableAtCounter,
  refedsMfa,
  requestedFromAcr,
  smartcard,
  unspecified,
} from '../../federation/index.ts';

const none = 'none';

/** What is answered at [card, card-pin, card-pin-bound, passkey] for each class and comparison. */
const cells: readonly (readonly [string, Comparison, readonly [string, string, string, string]])[] = [
  [card, 'exact', [card, card, card, none]],
  [card, 'minimum', [card, cardPin, cardPinBound, none]],
  [card, 'better', [none, cardPin, cardPinBound, none]],
  [card, 'maximum', [card, card, card, none]],
  [cardPin, 'exact', [none, cardPin, cardPin, none]],
  [cardPin, 'minimum', [none, cardPin, cardPinBound, none]],
  [cardPin, 'better', [none, none, cardPinBound, none]],
  [cardPin, 'maximum', [card, cardPin, cardPin, none]],
  [cardPinBound, 'exact', [none, none, cardPinBound, none]],
  [cardPinBound, 'minimum', [none, none, cardPinBound, none]],
  [cardPinBound, 'better', [none, none, none, none]],
  [cardPinBound, 'maximum', [card, cardPin, cardPinBound, none]],
  [passkey, 'exact', [none, none, none, passkey]],
  [passkey, 'minimum', [none, none, none, passkey]],
  [passkey, 'better', [none, none, none, none]],
  [passkey, 'maximum', [none, none, none, passkey]],
  [smartcard, 'exact', [smartcard, smartcard, smartcard, none]],
  [smartcard, 'minimum', [smartcard, smartcard, smartcard, none]],
  [smartcard, 'better', [none, cardPin, cardPinBound, none]],
  [smartcard, 'maximum', [smartcard, smartcard, smartcard, none]],
  [refedsMfa, 'exact', [none, refedsMfa, refedsMfa, refedsMfa]],
  [refedsMfa, 'minimum', [none, refedsMfa, refedsMfa, refedsMfa]],
  [refedsMfa, 'better', [none, none, cardPinBound, none]],
  [refedsMfa, 'maximum', [card, cardPin, cardPin, passkey]],
  [unspecified, 'exact', [card, cardPin, cardPinBound, passkey]],
];

describe('authentication context (SAML Core 3.3.2.2.1)', () => {
  for (const [classRef, comparison, answers] of cells) {
    for (const [at, level] of [card, cardPin, cardPinBound, passkey].entries()) {
      it(`${comparison} ${classRef} at ${level} is answered with ${answers[at]}`, () => {
        const decision = decideLevel({ requested: { comparison, classRefs: [classRef] }, level, reachable: [] });
        expect('answer' in decision ? decision.answer : none).to.equal(answers[at]);
      });
    }
  }

  it('never claims SmartcardPKI or a password', () => {
    for (const name of ['SmartcardPKI', 'PasswordProtectedTransport']) {
      const classRefs = [`urn:oasis:names:tc:SAML:2.0:ac:classes:${name}`];
      expect(decideLevel({ requested: { comparison: 'exact', classRefs }, level: cardPin })).to.deep.equal({
        impossible: true,
      });
    }
  });

  it('asks for the card where no session stands, and for no card that would not help', () => {
    expect(decideLevel({})).to.deep.equal({ needs: cardPin });
    expect(decideLevel({ requested: { comparison: 'minimum', classRefs: [card] } })).to.deep.equal({ needs: cardPin });
    const better = { comparison: 'better', classRefs: [cardPinBound] } as const;
    for (const level of [undefined, cardPin, cardPinBound, passkey])
      expect(decideLevel({ requested: better, level }), level).to.deep.equal({ impossible: true });
  });

  it('asks for more when the session is too weak', () => {
    expect(decideLevel({ requested: { comparison: 'exact', classRefs: [cardPin] }, level: card })).to.deep.equal({
      needs: cardPin,
    });
    for (const level of [undefined, card, cardPin, passkey]) {
      for (const requested of [
        { comparison: 'exact', classRefs: [cardPinBound] },
        { comparison: 'better', classRefs: [cardPin] },
      ] as const)
        expect(decideLevel({ requested, level }), level).to.deep.equal({ needs: cardPinBound });
      expect(decideLevel({ required: cardPinBound, level }), level).to.deep.equal({ needs: cardPinBound });
    }
  });

  it('takes a passkey only where request or registration accepts it by name', () => {
    expect(decideLevel({ level: passkey }), 'names no level').to.deep.equal({ needs: cardPin });
    expect(decideLevel({ level: passkey, required: cardPin })).to.deep.equal({ needs: cardPin });
    expect(decideLevel({ level: passkey, required: passkey })).to.deep.equal({ answer: passkey });
    expect(decideLevel({ required: passkey, level: cardPinBound })).to.deep.equal({ needs: passkey });
    const mfa = { comparison: 'exact', classRefs: [refedsMfa] } as const;
    expect(decideLevel({ requested: mfa })).to.deep.equal({ needs: cardPin, orPasskey: true });
    expect(decideLevel({ requested: mfa, level: passkey })).to.deep.equal({ answer: refedsMfa });
    expect(decideLevel({ requested: mfa, required: cardPinBound })).to.deep.equal({ needs: cardPinBound });
    const alone = { comparison: 'exact', classRefs: [passkey] } as const;
    expect(decideLevel({ requested: alone })).to.deep.equal({ needs: passkey });
    expect(decideLevel({ requested: alone, required: cardPin }), 'beside what is required').to.deep.equal({
      impossible: true,
    });
  });

  it('follows the order of the request', () => {
    const classRefs = [passkey, smartcard, cardPin];
    expect(decideLevel({ requested: { comparison: 'exact', classRefs }, level: cardPin })).to.deep.equal({
      answer: smartcard,
    });
  });

  it('takes acr_values as a wish and an essential acr as a condition (OIDC Core 5.5.1.1)', () => {
    const unknown = ['urn:example:unknown'];
    expect(decideLevel({ requested: requestedFromAcr({ values: unknown }), level: cardPin })).to.deep.equal({
      answer: cardPin,
    });
    expect(
      decideLevel({ requested: requestedFromAcr({ values: unknown, essential: true }), level: cardPin }),
    ).to.deep.equal({ impossible: true });
    expect(requestedFromAcr(undefined)).to.equal(undefined);
    expect(requestedFromAcr({ essential: true })).to.equal(undefined);
  });

  it('takes what has another shape, or is a name of the language, for no class', () => {
    for (const acr of [null, { values: 'x' }, { value: 1 }, { values: [1, null] }, { value: {} }])
      expect(requestedFromAcr(acr), JSON.stringify(acr)).to.equal(undefined);
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(decideLevel({ requested: { comparison: 'exact', classRefs: [name] }, level: cardPin })).to.deep.equal({
        impossible: true,
      });
  });

  it('lets the card alone do at a counter only where it is the first wish by its own name', () => {
    const at = (...classRefs: string[]) => reachableAtCounter({ comparison: 'exact', classRefs });
    expect(at(card)).to.deep.equal([card]);
    expect(at(card, cardPin)).to.deep.equal([card]);
    expect(at(cardPin, card)).to.deep.equal([cardPin]);
    expect(at(smartcard)).to.deep.equal([cardPin]);
    expect(reachableAtCounter(undefined)).to.deep.equal([cardPin]);
    expect(decideLevel({ requested: { comparison: 'exact', classRefs: [card] }, reachable: at(card) })).to.deep.equal({
      needs: card,
    });
  });

  it('asks at a counter for the PIN where the registration demands it, whatever the first wish', () => {
    const wish = { comparison: 'exact', classRefs: [card] } as const;
    expect(reachableAtCounter(wish, card)).to.deep.equal([card]);
    for (const required of [cardPin, cardPinBound, passkey])
      expect(reachableAtCounter(wish, required), required).to.deep.equal([cardPin]);
  });

  it('lets no wish lead below a required level, and answers nothing where it is out of reach', () => {
    const wishes = [undefined, requestedFromAcr({ values: [card] }), requestedFromAcr({ values: ['urn:example:x'] })];
    for (const requested of wishes) {
      expect(decideLevel({ requested, required: cardPin, level: card })).to.deep.equal({ needs: cardPin });
      for (const required of [cardPinBound, passkey]) {
        expect(decideLevel({ requested, required, level: cardPin }), required).to.deep.equal({ needs: required });
        const reachable = [cardPin];
        expect(decideLevel({ requested, required, level: cardPin, reachable }), required).to.deep.equal({
          impossible: true,
        });
      }
    }
    expect(decideLevel({ required: cardPin, level: passkey }), 'another kind of credential').to.deep.equal({
      needs: cardPin,
    });
  });
});
