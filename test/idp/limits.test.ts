import { expect } from 'chai';
import { startTestHub, type TestHub } from './world.ts';

describe('limits of requests per address', () => {
  let hub: TestHub;
  before(async () => {
    const limits = { pages: { points: 3 }, signIn: { points: 2 }, token: { points: 6 } };
    hub = await startTestHub({ more: { limits } });
  });
  after(() => hub.close());

  const statuses = async (count: number, path: string, init: RequestInit = {}) => {
    const found: number[] = [];
    for (let at = 0; at < count; at += 1) found.push((await fetch(`${hub.origin}${path}`, init)).status);
    return found;
  };

  it('count pages, the card’s steps and servers of parties apart, and say when to come back', async () => {
    expect(await statuses(4, '/')).to.deep.equal([200, 200, 200, 429]);
    const refused = await fetch(`${hub.origin}/`, { headers: { accept: 'application/json' } });
    expect(refused.headers.get('retry-after')).to.equal('60');
    expect(await refused.json()).to.include({ code: 'TOO_MANY_REQUESTS' });
    const step = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect(await statuses(3, '/sign-in/x/card/start', step)).to.deep.equal([404, 404, 429]);
    // Many residents stand behind one party's server: its messages and tokens have a limit of their own.
    const message = { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' };
    expect(await statuses(5, '/soap', message)).to.deep.equal([400, 400, 400, 400, 400]);
    expect(await statuses(2, '/saml/metadata')).to.deep.equal([200, 429]);
  });
});
