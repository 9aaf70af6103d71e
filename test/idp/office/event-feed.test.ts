import { expect } from 'chai';
import type { ChangeEvent } from '../../../card-auth/index.ts';
import type { AuditEvent } from '../../../idp/audit.ts';
import { type Feed, openEventFeed } from '../../../idp/office/event-feed.ts';
import { type RegisterLink, registerLinkCollection } from '../../../idp/office/persons.ts';
import { createMemoryStorage } from '../../../storage/index.ts';

describe('whom a feed means (R36)', () => {
  async function setUp() {
    const storage = createMemoryStorage();
    const links = storage.collection<RegisterLink>(registerLinkCollection);
    await links.insert({ id: 'json:A-1', residentRef: 'r1' });
    await links.insert({ id: 'ldap:A-1', residentRef: 'r2' });
    const noted: string[] = [];
    const audited: AuditEvent[] = [];
    const feed = openEventFeed({
      storage,
      register: 'json',
      office: {
        note: async ({ residentRef }: ChangeEvent) => {
          noted.push(residentRef);
          return [];
        },
      },
      notices: { notify: async () => undefined },
      linkedAt: async (body, pseudonym) => (body === 'nhi' && pseudonym === 'p-1' ? 'r3' : undefined),
      audit: { record: async (event) => void audited.push(event) },
      now: () => 1_800_000_000_000,
    });
    let count = 0;
    const tell = (resident: string, teller: Partial<Feed>, kind: ChangeEvent['kind'] = 'death') =>
      feed.tell(
        { id: `e${++count}`, kind, resident, at: 1_800_000_000_000 },
        { as: 'register', of: 'json', by: 'client:x', ...teller },
      );
    return { tell, noted, audited };
  }

  it('is by its own link: the same reference is another person in another register, and nobody at a body', async () => {
    const { tell, noted } = await setUp();
    expect(await tell('A-1', {})).to.equal('noted');
    expect(await tell('A-1', { of: 'ldap' })).to.equal('noted');
    expect(await tell('p-1', { as: 'body', of: 'nhi' }, 'coverage')).to.equal('noted');
    expect(noted).to.deep.equal(['r1', 'r2', 'r3']);
    expect(await tell('A-1', { as: 'body', of: 'json' }, 'coverage')).to.equal('unknown');
    expect(await tell('r1', {}), 'the hub’s own name of a person is nobody’s reference').to.equal('unknown');
    expect(await tell('p-1', { as: 'body', of: 'kyokai' }, 'coverage')).to.equal('unknown');
  });

  it('is never in the audit, which has who told which kind and what came of it', async () => {
    const { tell, audited } = await setUp();
    await tell('A-1', {});
    await tell('A-1', { as: 'body', of: 'nhi' });
    expect(audited).to.deep.equal([
      {
        type: 'event.told',
        result: 'ok',
        actor: 'client:x',
        code: undefined,
        detail: { event: 'e1', kind: 'death', feed: 'register:json', outcome: 'noted' },
      },
      {
        type: 'event.told',
        result: 'refused',
        actor: 'client:x',
        code: 'KIND_NOT_YOURS',
        detail: { event: 'e2', kind: 'death', feed: 'body:nhi' },
      },
    ]);
  });
});
