import { expect } from 'chai';
import type { DataRequest } from '../../attribute-service/index.ts';
import { StorageError } from '../../storage/index.ts';
import {
  agreement,
  atCounter,
  byClinic,
  byPortal,
  cleanUp,
  noon,
  portal,
  query,
  selfView,
  setUp,
  statusOf,
} from './data-service-world.ts';

describe('data service, refusing', () => {
  afterEach(cleanUp);

  describe('without the resident’s agreement', () => {
    it('asks no body, and tells the party and the log why', async () => {
      const { answer, askedBodies, accesses } = await setUp();
      const refused = await answer(byPortal);
      expect(statusOf(refused)).to.equal('Failed ActionNotAuthorized');
      expect(refused).to.include({ kind: 'answer', code: 'CONSENT_MISSING' });
      expect(askedBodies()).to.equal(0);
      expect((await accesses())[0]).to.deep.include({ result: 'withheld', code: 'CONSENT_MISSING', sources: [] });
    });

    it('opens a question for a party that can send the browser', async () => {
      const { answer, requests, accesses } = await setUp();
      const asked = await answer({ ...byPortal, redirect: true });
      const [request] = (await requests.find()).records;
      expect(asked).to.deep.equal({ kind: 'interaction', requestId: request?.id });
      expect(request).to.deep.include({
        residentRef: 'r1',
        party: portal.id,
        types: ['coverage'],
        purpose: selfView,
        messageId: 'urn:uuid:1',
        returnOrigins: portal.returnOrigins,
      });
      expect((await accesses())[0]?.result).to.equal('withheld');
    });

    it('asks nobody at a counter where no card was presented, nor without a live sign-in', async () => {
      const { answer, requests } = await setUp({ live: false });
      const { presented: _presented, ...handle } = byClinic.handle;
      expect(await answer({ ...byClinic, handle, redirect: true })).to.include({ code: 'CONSENT_MISSING' });
      expect(await answer({ ...byPortal, redirect: true })).to.include({ code: 'SESSION_ENDED' });
      expect((await requests.find()).records).to.deep.equal([]);
    });

    it('gives nothing from the first request after a withdrawal on', async () => {
      const { answer, consents } = await setUp();
      const { id } = await consents.give(agreement);
      expect(statusOf(await answer(byPortal))).to.equal('OK');
      await consents.withdraw('r1', id);
      expect(await answer(byPortal)).to.include({ code: 'CONSENT_MISSING' });
    });

    it('gives nothing on the consent of another party, purpose or sign-in', async () => {
      const { answer, consents } = await setUp();
      await consents.give({ ...agreement, party: 'oidc:phr' });
      await consents.give({ ...agreement, purpose: atCounter });
      await consents.give({ ...agreement, period: 'session', session: { id: 's2', endsAt: noon + 1_000 } });
      expect(await answer(byPortal)).to.include({ code: 'CONSENT_MISSING' });
    });

    it('lets a standing consent outlive the sign-in, and one for the sign-in not', async () => {
      const { answer, consents } = await setUp({ live: false });
      await consents.give({ ...agreement, period: 'session' });
      expect(await answer(byPortal)).to.include({ code: 'SESSION_ENDED' });
      await consents.give(agreement);
      expect(statusOf(await answer(byPortal))).to.equal('OK');
    });
  });

  const attacks: readonly (readonly [string, DataRequest, string])[] = [
    ['the token of another party', { ...byPortal, party: { ...portal, id: 'oidc:other' } }, 'NOT_IN_CONTRACT'],
    ['a token for another type', { ...byPortal, query: query('eligibility') }, 'NOT_IN_CONTRACT'],
    [
      'a type its contract does not have',
      { ...byPortal, party: { ...portal, contract: ['displayName'] } },
      'NOT_IN_CONTRACT',
    ],
    ['another purpose than that of the token', { ...byPortal, purpose: atCounter }, 'PURPOSE_REFUSED'],
    ['no purpose', { ...byPortal, purpose: undefined }, 'PURPOSE_REFUSED'],
    [
      'a purpose it made up, in both places',
      { ...byPortal, purpose: 'urn:x:a', handle: { ...byPortal.handle, purpose: 'urn:x:a' } },
      'PURPOSE_REFUSED',
    ],
    [
      'a sign-in below the level of the type',
      { ...byPortal, handle: { ...byPortal.handle, level: 'urn:x-sanuki:ac:card' } },
      'LEVEL_TOO_LOW',
    ],
    ['a resident who is gone', { ...byPortal, handle: { ...byPortal.handle, residentRef: 'r9' } }, 'ATTRIBUTE_UNKNOWN'],
  ];
  for (const [what, request, code] of attacks) {
    it(`refuses ${what} in spite of a consent, and writes the attempt`, async () => {
      const { answer, consents, askedBodies, accesses } = await setUp();
      await consents.give(agreement);
      expect(await answer(request)).to.include({ kind: 'answer', code });
      expect(askedBodies()).to.equal(0);
      if (request.handle.residentRef === 'r1') expect((await accesses())[0]).to.include({ result: 'refused', code });
    });
  }

  it('takes the purpose of the message where the token is good for any of its type', async () => {
    const { answer, consents } = await setUp();
    await consents.give(agreement);
    const { purpose: _purpose, ...handle } = byPortal.handle;
    expect(statusOf(await answer({ ...byPortal, handle }))).to.equal('OK');
    expect(await answer({ ...byPortal, handle, purpose: atCounter })).to.include({ code: 'PURPOSE_REFUSED' });
  });

  it('says of what a contract does not have that it does not exist', async () => {
    const { answer } = await setUp();
    expect(statusOf(await answer({ ...byPortal, party: { ...portal, contract: [] } }))).to.equal('Failed DoesNotExist');
  });

  it('lets no answer leave that could not be written to the log', async () => {
    const { answer, consents } = await setUp({ journalDown: true });
    await consents.give(agreement);
    expect(await answer(byPortal).catch((error: unknown) => error)).to.be.instanceOf(StorageError);
    expect(await answer(byClinic).catch((error: unknown) => error)).to.be.instanceOf(StorageError);
  });
});
