import { expect } from 'chai';
import { type AdminWorld, startAdminWorld } from './admin-world.ts';

describe('services in the list', () => {
  let world: AdminWorld;
  before(async () => {
    world = await startAdminWorld();
  });
  after(() => world.close());

  it('are found by parts of name and identifier, in pages', async () => {
    for (let nth = 0; nth < 30; nth++) {
      const metadata = { client_id: `many-${String(nth).padStart(2, '0')}`, redirect_uris: ['https://m.example/cb'] };
      await world.registry.register({
        protocol: 'oidc',
        key: metadata.client_id,
        name: { ja: 'Ｍａｎｙ', en: 'Many' },
        status: 'approved',
        contract: { attributes: [] },
        settings: {},
        oidc: { metadata },
      });
    }
    world.pass(11_000);
    const auditor = await world.signedIn('auditor');
    const first = await world.textOf(auditor, '/admin/providers?q=many');
    expect(first).to.include('>many-24<').and.include('続きを見る').and.not.include('>many-25<');
    const more = /href="([^"]*after=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(await world.textOf(auditor, more))
      .to.include('>many-25<')
      .and.include('>many-29<')
      .and.not.include('>many-24<');
    expect(await world.textOf(auditor, '/admin/providers?q=ＭＡＮＹ-07')).to.include('>many-07<');
    const byState = await world.textOf(auditor, '/admin/providers?status=approved');
    expect(byState).to.include('>many-00<').and.not.include('>many-25<');
    expect(await world.textOf(auditor, '/admin/providers?status=suspended')).to.include('該当するサービスはありません');
  });
});
