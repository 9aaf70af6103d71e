import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { extractedKey } from '../../card-auth/card-keys.ts';
import {
  blindPin,
  finishEvaluation,
  pinKey,
  publicKeyOf,
  sealSecret,
  signingSeed,
  signTranscript,
} from '../../card-auth/client/pin-secret.ts';
import { bindingOf, transcriptHash } from '../../card-auth/client/transcript.ts';
import { CardError } from '../../card-auth/errors.ts';
import { evaluate, oprfKey } from '../../card-auth/oprf.ts';
import { isSuitablePin, isTrivialPin } from '../../card-auth/pin.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const id = bytes('012e50e7dac78b470000000000000001');
const oprfMaster = extractedKey(createHash('sha256').update('test oprf master v1').digest());
const secret = bytes('00112233445566778899aabbccddeeff');

/** The published vector of KSSC-CARD-1 section 5, reproduced elsewhere by two independent programs. */
describe('the PIN secret', () => {
  it('derives the key of a card and generation', () => {
    expect(hex(oprfKey(oprfMaster, id, 1))).to.equal(
      '538785823d09020927f50de16237ec295bd7d8f6f36f1202c01a9f0365e66e07',
    );
    expect(hex(oprfKey(oprfMaster, id, 2))).to.not.equal(hex(oprfKey(oprfMaster, id, 1)));
  });

  it('follows the vector from the PIN to the public key', async () => {
    const { blind, blinded } = blindPin('482100');
    const evaluation = finishEvaluation('482100', blind, evaluate(oprfKey(oprfMaster, id, 1), blinded));
    expect(hex(evaluation)).to.equal(
      'bfa06077740490a90d07860cf1f393df036382625ef8b5e383ba572309186d577122416765c3a2fc6fef48691dea5a6f7ed16a7e866aebf0f66be552c3309514',
    );
    const key = await pinKey(evaluation, { id, generation: 1 }, 100_000);
    expect(hex(key)).to.equal('215bcc56afc93b213959a0f45a6fed67');
    const sealed = sealSecret(secret, key);
    expect(hex(sealed)).to.equal('214aee65eb9c5d56b1c00a4f96b20398');
    expect(hex(sealSecret(sealed, key))).to.equal(hex(secret));
    const seed = await signingSeed(secret, { id, generation: 1 });
    expect(hex(seed)).to.equal('5431837212d70e0e4234313359fa723ebeac1d03b0af8a2a136b364f28437e33');
    expect(hex(publicKeyOf(seed))).to.equal('35021fde1042a1e5a96ac13e98620c528cd78fa098904646becab1121b88afc4');
  });

  it('signs the transcript of the vector', async () => {
    const binding = await bindingOf({
      interactionId: 'interaction-1',
      protocol: 'saml',
      partyId: 'https://portal.example/saml',
      requestId: '_req1',
    });
    expect(hex(binding)).to.equal('17b02323aacab92899e87adf91d7f0f6c498f2397585ff55ba23734cfeac9362');
    const hash = await transcriptHash({
      label: 'KSSC-CARD-LOGIN-v1',
      origin: 'https://idp.example',
      sid: new Uint8Array(16).fill(0xaa),
      nonce: new Uint8Array(32).fill(0xbb),
      rc: Uint8Array.from({ length: 16 }, (_, at) => at),
      id,
      ckv: 1,
      wcnt1: 7,
      mac1: bytes('b84ba5af22ff2b7d'),
      wcnt2: 8,
      mac2: bytes('aee4a043ec104423'),
      binding,
    });
    expect(hex(hash)).to.equal('3cb1a75d5d3132166420ab60759470faf96776dca0d092fadcf35b30e2b26ecb');
    const seed = await signingSeed(secret, { id, generation: 1 });
    expect(hex(signTranscript(hash, seed))).to.equal(
      'bc72b379d1f307a92a5da3eefbfd4090562f15c01b3d6db3cc1cdf37d5764cf45c8f7ba798bec52e06efc3842214053f32af7a50366931cf8987f45d08e42c09',
    );
  });

  it('shows who holds the card’s sealed block and every blinded value nothing to test a PIN by', async () => {
    // Any PIN unseals to some secret and so to a valid key: without the key service there is no right or wrong.
    const sealed = bytes('214aee65eb9c5d56b1c00a4f96b20398');
    const wrong = blindPin('999998');
    const evaluation = finishEvaluation('999998', wrong.blind, evaluate(oprfKey(oprfMaster, id, 1), wrong.blinded));
    const opened = sealSecret(sealed, await pinKey(evaluation, { id, generation: 1 }, 100_000));
    expect(publicKeyOf(await signingSeed(opened, { id, generation: 1 }))).to.have.length(32);
    expect(hex(blindPin('482100').blinded), 'the same PIN never looks the same').to.not.equal(
      hex(blindPin('482100').blinded),
    );
  });

  it('refuses a server that asks for fewer rounds, and a blinded value that is none', async () => {
    const weak = await pinKey(new Uint8Array(64), { id, generation: 1 }, 1000).catch((error: unknown) => error);
    expect(weak).to.be.instanceOf(TypeError);
    for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(5)]) {
      expect(() => evaluate(oprfKey(oprfMaster, id, 1), bad)).to.throw(CardError);
    }
  });
});

describe('a PIN', () => {
  it('is refused when a thief would try it first', () => {
    for (const pin of [
      '000000',
      '123456',
      '654321',
      '121212',
      '123123',
      '601010',
      '101060',
      '197501',
      '19750115',
      '1234',
      '0101',
      '481111',
      '912345',
      '123321',
      '12341234',
      '3351010',
      '10101960',
      '01311985',
    ])
      expect(isTrivialPin(pin), pin).to.equal(true);
  });

  it('has six digits or more and nothing else', () => {
    for (const pin of ['482100', '907351', '48210093']) expect(isSuitablePin(pin), pin).to.equal(true);
    for (const pin of ['48210', '48210a', '４８２１００', '', ' 482100', '4821009351247'])
      expect(isSuitablePin(pin), pin).to.equal(false);
  });
});
