import { expect } from 'chai';
import { createRisingIds } from '../../lib/rising-id.ts';

describe('ids that rise', () => {
  it('stand in the order in which they were made, in one millisecond and with a clock that was set back too', () => {
    const newId = createRisingIds();
    const ids = [5, 5, 5, 6, 4, 4, 1_800_000_000_000].map(newId);
    expect(ids.toSorted()).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids[0]).to.match(/^000000000000005-[\w-]{12}$/);
  });
});
