import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import {
  type ConsentRequest,
  consentRequestCollection,
  createConsentRequests,
  createEvidenceNumbers,
  type EvidenceCount,
  evidenceCountCollection,
} from '../../attribute-service/index.ts';
import {
  type AccountLink,
  accountLinkCollection,
  createAccountLinks,
  createReplayGuard,
  type UsedId,
  usedIdCollection,
} from '../../federation/index.ts';
import { createSetupLinks, type SetupLink, setupLinkCollection } from '../../idp/admin/setup-links.ts';
import { createOnce, type KeyUse, keyUseCollection } from '../../idp/api/idempotency.ts';
import {
  type CounterPresentation,
  counterPresentationCollection,
  createCounterPresentations,
} from '../../idp/counter-presentations.ts';
import { createRecords } from '../../idp/oidc/adapter.ts';
import { createInteractions, type Interaction, interactionCollection } from '../../idp/sign-in/interaction.ts';
import { createSeal } from '../../lib/seal.ts';
import { openEmbeddedStorage, type Storage } from '../../storage/index.ts';
import { openMongoStorage } from '../../storage/mongo.ts';
import { withMongo } from '../mongo-server.ts';

const rounds = 20;
const secret = randomBytes(32);
const now = Date.now;

/** How processes open one store, once the tests of the engine run. */
const engines: Record<string, () => (folder: string) => Promise<Storage>> = {
  embedded: () => async (folder) => openEmbeddedStorage({ file: join(folder, 'store') }),
  mongo: () => {
    const { url, database } = withMongo();
    const name = database();
    return () => openMongoStorage({ url: url(), database: name });
  },
};

const cardPresented = {
  residentRef: 'r1',
  cardId: 'c1',
  level: 'urn:x-sanuki:ac:card',
  amr: ['hwk'],
  at: 1,
} as const;

for (const [engine, prepare] of Object.entries(engines)) {
  describe(`over two processes on the ${engine} engine`, function () {
    this.timeout(60_000);
    const open = prepare();
    let folder = '';
    let stores: readonly Storage[] = [];
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-once-'));
      stores = [await open(folder), await open(folder)];
    });
    after(async () => {
      for (const store of stores) await store.close();
      await rm(folder, { recursive: true });
    });

    /** Of what both processes do at the same moment, how many get through. */
    async function through<T>(parts: readonly T[], act: (part: T) => Promise<unknown>): Promise<number> {
      const results = await Promise.allSettled(parts.map(act));
      return results.filter(
        ({ status, ...rest }) => status === 'fulfilled' && !('value' in rest && rest.value === false),
      ).length;
    }

    const guards = () => stores.map((store) => createReplayGuard({ used: store.collection<UsedId>(usedIdCollection) }));

    it('the id of an assertion, of an AuthnRequest and of a SOAP message is used once', async () => {
      for (let round = 0; round < rounds; round += 1)
        expect(await through(guards(), (guard) => guard.isFirstUse('idp', `_${round}`, now() + 60_000))).to.equal(1);
    });

    it('a jti is used once, and a code consumed once (RFC 7523 3, RFC 6749 4.1.2)', async () => {
      const revokeGrant = async () => undefined;
      const recordsOf = (model: string) => stores.map((storage) => createRecords({ storage, model, revokeGrant, now }));
      const [jtis, codes] = [recordsOf('ReplayDetection'), recordsOf('AuthorizationCode')];
      for (let round = 0; round < rounds; round += 1) {
        expect(await through(jtis, (records) => records.upsert(`jti-${round}`, {}, 60))).to.equal(1);
        await codes[0]?.upsert(`code-${round}`, { grantId: 'g' }, 60);
        expect(await through(codes, (records) => records.consume(`code-${round}`))).to.equal(1);
      }
    });

    it('an interaction is answered once, and takes one card', async () => {
      const both = stores.map((store) =>
        createInteractions({
          interactions: store.collection<Interaction>(interactionCollection),
          csrfKey: secret,
          lifetimeMs: 60_000,
        }),
      );
      const start = {
        protocol: 'oidc',
        providerId: 'oidc:counter',
        partyKey: 'counter',
        requestId: 'x',
        demand: { fresh: false, passive: false, required: undefined, at: 0 },
        memory: {},
        sessionless: { level: 'urn:x-sanuki:ac:card' },
        trace: { code: '0123456789', steps: [] },
      } as const;
      for (let round = 0; round < rounds; round += 1) {
        const { id } = (await both[0]?.open(start)) ?? { id: '' };
        expect(await through(both, ({ present }) => present(id, cardPresented))).to.equal(1);
        expect(await through(both, ({ finish }) => finish(id))).to.equal(1);
      }
    });

    it('a card shown at a counter ends for both', async () => {
      const [one, other] = stores.map((store) =>
        createCounterPresentations({
          presentations: store.collection<CounterPresentation>(counterPresentationCollection),
          isCardUsable: async () => true,
          isTerminal: async () => true,
        }),
      );
      const shown = await one?.open('counter', cardPresented);
      expect((await other?.live(shown?.id))?.id).to.equal(shown?.id);
      await one?.end(shown?.id ?? '');
      // What is read often may be kept so long at most, whatever the engine.
      await pause(1000);
      expect(await other?.live(shown?.id)).to.equal(undefined);
    });

    it('a set-up link is claimed once', async () => {
      const both = stores.map((store) =>
        createSetupLinks({
          links: store.collection<SetupLink>(setupLinkCollection),
          administrators: { get: async () => undefined, currentOf: async () => undefined },
          cameBy: async () => false,
          audit: { record: async () => undefined },
          now,
        }),
      );
      for (let round = 0; round < rounds; round += 1) {
        const offer = {
          protocol: 'saml',
          name: { ja: 'x', en: 'x' },
          contract: [],
          note: '',
          by: 'A-1',
          days: 7,
        } as const;
        const link = (await both[0]?.offer(offer))?.link;
        if (!link) throw new Error('a link expected');
        expect(await through(both, ({ claim }) => claim(link, 'saml:x'))).to.equal(1);
      }
    });

    it('a request with an idempotency key is carried out once', async () => {
      const both = stores.map((store) =>
        createOnce({ uses: store.collection<KeyUse>(keyUseCollection), seal: createSeal(secret, 'x'), now }),
      );
      for (let round = 0; round < rounds; round += 1) {
        let done = 0;
        const act = async () => {
          done += 1;
          return { status: 201, body: round };
        };
        const keyed = { caller: 'pipeline', key: String(round), fingerprint: 'f' };
        await through(both, (once) => once(keyed, act));
        await through(both, (once) => once(keyed, act));
        expect(done).to.equal(1);
      }
    });

    it('a question is answered once, a number is given once, and a first visit makes one pseudonym', async () => {
      const requests = stores.map((store) =>
        createConsentRequests({ requests: store.collection<ConsentRequest>(consentRequestCollection) }),
      );
      const numbers = stores.map((store) =>
        createEvidenceNumbers({ counts: store.collection<EvidenceCount>(evidenceCountCollection), timeZone: 'UTC' }),
      );
      const links = stores.map((store) =>
        createAccountLinks({ links: store.collection<AccountLink>(accountLinkCollection), indexKey: secret }),
      );
      const asked = { residentRef: 'r1', party: 'p', types: [], purpose: 'x', messageId: 'm', returnOrigins: [] };
      for (let round = 0; round < rounds; round += 1) {
        const { id } = (await requests[0]?.open({ ...asked, partyName: { ja: 'x', en: 'x' } })) ?? { id: '' };
        expect(await through(requests, ({ close }) => close(id, 'r1'))).to.equal(1);
        expect(new Set(await Promise.all(numbers.map(({ next }) => next()))).size).to.equal(2);
        const pseudonyms = await Promise.all(links.map(({ pseudonymFor }) => pseudonymFor('r1', `party-${round}`)));
        expect(new Set(pseudonyms).size).to.equal(1);
      }
    });
  });
}
