import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { expect } from 'chai';
import { ckvBlockOf } from '../../card-auth/client/card-layout.ts';
import { blocks } from '../../card-auth/client/lite-s.ts';
import { blindPin } from '../../card-auth/client/pin-secret.ts';
import { sessionKey, writeMac } from '../../card-auth/felica/lite-s-mac.ts';
import {
  createCardKeyService,
  deriveCardKey,
  evaluate,
  extractedKey,
  type IssuedKey,
  issuedKeyCollection,
  issueSoftwareCard,
  oprfKey,
  type PinCounter,
  type PinKeyVersion,
  pinCounterCollection,
  pinKeyVersionCollection,
  type SecretVersions,
  secretVersionsCollection,
  stationRequest,
} from '../../card-auth/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import type { Keeper } from './card-key-service-suite.ts';
import { askCk, askNextCk, saidBy } from './station.ts';

const station = generateKeyPairSync('ed25519');
const signed = (request: Uint8Array) => sign(null, request, station.privateKey);

function setUpWith(keeper: Keeper) {
  const storage = createMemoryStorage();
  const secrets = {
    cardMasters: new Map([[1, randomBytes(32)]]),
    oprfMaster: randomBytes(32),
    indexKey: randomBytes(32),
    wrappingKey: randomBytes(32),
    station: station.publicKey,
  };
  const keys = keeper(secrets);
  const versions = storage.collection<SecretVersions>(secretVersionsCollection);
  const start = () =>
    createCardKeyService({
      keys,
      counters: storage.collection<PinCounter>(pinCounterCollection),
      issued: storage.collection<IssuedKey>(issuedKeyCollection),
      pinVersions: storage.collection<PinKeyVersion>(pinKeyVersionCollection),
      versions,
    });
  const put = async (name: 'card-master' | 'pin-oprf', list: SecretVersions['keys']) => {
    if (await versions.get(name)) await versions.update(name, (current) => ({ ...current, keys: list }));
    else await versions.insert({ id: name, version: 1, made: 1, keys: list });
  };
  return { secrets, versions, start, put };
}

const id = Uint8Array.from({ length: 16 }, (_, at) => at);
const issue = (service: Parameters<typeof askCk>[0], ckv: number, card = id) =>
  askCk(service, station.privateKey, { id: card, ckv });
const first = { id: 'card-master-1', state: 'active', since: 0 } as const;

/** The same with keys in files and in a token. `sealed`: what the store keeps of a version. */
export function itHasVersions(keeper: Keeper, sealed: RegExp): void {
  const setUp = () => setUpWith(keeper);
  describe('versions of the card master key', () => {
    it('reach a running key service: a station issues with the active one only, and cards keep theirs', async () => {
      const { secrets, start, put } = setUp();
      const [running, other] = [start(), start()];
      await put('card-master', [first]);
      expect(await running.issuingVersion()).to.equal(1);
      const old = await issue(running, 1);
      expect(Buffer.from(old)).to.deep.equal(
        Buffer.from(deriveCardKey(extractedKey(secrets.cardMasters.get(1) ?? id), id, 1)),
      );
      const sealed = await other.makeVersion('card-master', 2);
      await put('card-master', [first, { id: 'card-master-2', state: 'next', since: 0, sealed }]);
      expect(await refusal(issue(running, 2)), 'announced, and not used yet').to.equal('VERSION_PASSED');
      await put('card-master', [
        { ...first, state: 'retired' },
        { id: 'card-master-2', state: 'active', since: 0, sealed },
      ]);
      expect(await running.issuingVersion()).to.equal(2);
      const made = await issue(running, 2);
      expect(Buffer.from(made)).to.not.deep.equal(Buffer.from(old));
      const another = Uint8Array.from(randomBytes(16));
      expect(await refusal(issue(running, 1, another)), 'no new card with a retired version').to.equal(
        'VERSION_PASSED',
      );
    });

    it('reach a card in use at a station, which takes the next key under the MAC of the one that it has', async () => {
      const { start, put } = setUp();
      const service = start();
      const old = await issue(service, 1);
      const kept = await service.makeVersion('card-master', 2);
      await put('card-master', [
        { ...first, state: 'retired' },
        { id: 'card-master-2', state: 'active', since: 0, sealed: kept },
      ]);
      const proof = saidBy({ id, ckv: 1, ck: old, wcnt: 9 });
      const { ck, mac } = await askNextCk(service, station.privateKey, { ckv: 2, proof });
      expect(Buffer.from(ck)).to.not.deep.equal(Buffer.from(old));
      expect(Buffer.from(mac)).to.deep.equal(
        Buffer.from(writeMac(sessionKey(old, proof.rc), proof.rc, 9, blocks.ck, ck)),
      );
      const renewed = saidBy({ id, ckv: 2, ck, wcnt: 10 });
      expect(await service.verifyRead(renewed)).to.equal(true);
      expect(Buffer.from(await service.confirmVersion(renewed))).to.deep.equal(
        Buffer.from(writeMac(sessionKey(ck, renewed.rc), renewed.rc, 10, blocks.ckv, ckvBlockOf(2))),
      );
      const forged = saidBy({ id, ckv: 1, ck: Uint8Array.from(randomBytes(16)), wcnt: 9 });
      expect(await refusal(askNextCk(service, station.privateKey, { ckv: 2, proof: forged }))).to.equal('CARD_REFUSED');
    });

    it('are sealed for the key service, each to its own number', async () => {
      const { start, put } = setUp();
      const service = start();
      const kept = await service.makeVersion('card-master', 2);
      expect(kept).to.match(sealed);
      await put('card-master', [{ id: 'card-master-3', state: 'active', since: 0, sealed: kept }]);
      const moved = await issue(service, 3).catch((error: Error) => error);
      expect(moved, 'moved to another number it opens nothing').to.be.instanceOf(Error);
      expect(await refusal(service.makeVersion('card-master', 1)), 'the first is a file').to.equal('CARD_REFUSED');
    });

    it('are gone once they are removed, the one of the file too', async () => {
      const { start, put } = setUp();
      const service = start();
      const proof = { id, ckv: 1, rc: randomBytes(16), blocks: [0x82], data: randomBytes(16), mac: randomBytes(8) };
      await put('card-master', [first]);
      expect(await service.verifyRead(proof)).to.equal(false);
      await put('card-master', []);
      expect(await service.verifyRead(proof)).to.equal(false);
      expect(await refusal(service.authorise(proof, 1))).to.equal('CARD_REFUSED');
    });
  });

  describe('versions of the PIN key', () => {
    it('are fixed by the first evaluation of a PIN, whatever becomes active before it is registered', async () => {
      const { secrets, start, put } = setUp();
      const service = start();
      const { blinded } = blindPin('482100');
      const request = signed(stationRequest('first-pin', id, 1));
      const before = await service.evaluateFirstPin(id, 1, blinded, request);
      expect(Buffer.from(before)).to.deep.equal(
        Buffer.from(evaluate(oprfKey(extractedKey(secrets.oprfMaster), id, 1), blinded)),
      );
      const sealed = await service.makeVersion('pin-oprf', 2);
      await put('pin-oprf', [
        { id: 'pin-oprf-1', state: 'retired', since: 0 },
        { id: 'pin-oprf-2', state: 'active', since: 0, sealed },
      ]);
      expect(Buffer.from(await service.evaluateFirstPin(id, 1, blinded, request))).to.deep.equal(Buffer.from(before));
      const next = await service.evaluateFirstPin(id, 2, blinded, signed(stationRequest('first-pin', id, 2)));
      expect(Buffer.from(next), 'the next PIN has the new one').to.not.deep.equal(
        Buffer.from(evaluate(oprfKey(extractedKey(secrets.oprfMaster), id, 2), blinded)),
      );
    });

    it('let a card be issued and known under the new versions', async () => {
      const { start, put } = setUp();
      const service = start();
      await put('card-master', [
        { ...first, state: 'retired' },
        { id: 'card-master-2', state: 'active', since: 0, sealed: await service.makeVersion('card-master', 2) },
      ]);
      await put('pin-oprf', [
        { id: 'pin-oprf-2', state: 'active', since: 0, sealed: await service.makeVersion('pin-oprf', 2) },
      ]);
      const ckv = await service.issuingVersion();
      const card = await issueSoftwareCard({ keyService: service, sign: signed, ckv, pin: '482100' });
      expect(card.ckv).to.equal(2);
      expect(card.memory.liteS.blocks.get(0x86)?.[0]).to.equal(2);
    });
  });
}
