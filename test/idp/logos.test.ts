import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogos, type Logo, logoCollection } from '../../idp/logos.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { refusal } from '../refusal.ts';
import { root } from '../root.ts';

const picture = readFileSync(join(root, 'test/vectors/raster/accepted-text.png'));
const dayMs = 24 * 3_600_000;

describe('pictures that the hub keeps', () => {
  function setUp() {
    let time = 0;
    const now = () => time;
    const api = createLogos({ logos: createMemoryStorage({ now }).collection<Logo>(logoCollection), now });
    return { ...api, pass: (ms: number) => (time += ms) };
  }

  it('go after a day when no registration keeps them, and stay when one does', async () => {
    const { add, keep, get, pass } = setUp();
    const id = await add(picture);
    pass(dayMs - 1);
    expect(await get(id)).to.include({ type: 'image/png', width: 32, height: 24 });
    pass(2);
    expect(await get(id)).to.equal(undefined);
    expect(await refusal(keep(id))).to.equal('LOGO_GONE');
    await keep(await add(picture));
    pass(100 * dayMs);
    expect(await get(id), 'kept').to.have.property('base64');
  });

  it('are one for the same octets; uploading a kept one again does not let it go', async () => {
    const { add, keep, get, pass } = setUp();
    const id = await add(picture);
    await keep(id);
    expect(await add(picture)).to.equal(id);
    pass(2 * dayMs);
    expect(await get(id)).to.have.property('id', id);
  });

  it('wait a day from the last upload', async () => {
    const { add, get, pass } = setUp();
    const id = await add(picture);
    pass(dayMs - 1);
    await add(picture);
    pass(dayMs - 1);
    expect(await get(id)).to.have.property('id', id);
  });
});
