import { expect } from 'chai';
import { AttributeError } from '../../attribute-service/errors.ts';
import { decideStaff, type StaffEntry, type ValidityFormat } from '../../attribute-service/staff.ts';

const now = Date.UTC(2026, 9, 1, 12);
const day = 86_400_000;
const today = Math.floor(now / day);

const entry = (more: Partial<StaffEntry> = {}): StaffEntry => ({
  reference: ['P032'],
  role: ['doctor'],
  licence: ['医師'],
  facilityCode: ['3719999901'],
  facilityName: ['春日みなと医院'],
  validUntil: [],
  ...more,
});

const decide = (entries: readonly StaffEntry[], validUntilFormat: ValidityFormat = 'days') =>
  decideStaff(entries, { reference: 'P032', validUntilFormat, now });

function code(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AttributeError) {
      expect(error.message, 'no value in the message').to.not.match(/P0|医|春日|3719/);
      expect(error.cause).to.equal(undefined);
      return error.code;
    }
    throw error;
  }
  return 'no refusal';
}

describe('what a staff directory says of a person', () => {
  it('is role, licence and facility of one entry', () => {
    expect(decide([entry()])).to.deep.equal({
      roles: ['doctor'],
      licence: '医師',
      facility: { code: '3719999901', name: '春日みなと医院' },
    });
    expect(decide([entry({ licence: [], facilityCode: [], facilityName: [] })])).to.deep.equal({ roles: ['doctor'] });
    expect(decide([])).to.equal(undefined);
  });

  it('is merged from several entries of the same person: roles add up, the rest has to agree', () => {
    const merged = decide([entry(), entry({ role: ['receptionist', 'doctor'], licence: [] })]);
    expect(merged?.roles).to.deep.equal(['doctor', 'receptionist']);
    expect(merged?.licence).to.equal('医師');
    for (const other of [{ facilityCode: ['3719999902'] }, { facilityName: ['別の医院'] }, { licence: ['看護師'] }])
      expect(
        code(() => decide([entry(), entry(other)])),
        JSON.stringify(other),
      ).to.equal('SOURCE_GARBLED');
  });

  it('is nothing at all when any entry is about another person, about several or about nobody', () => {
    for (const reference of [['P001'], ['P032', 'P001'], ['p032'], ['P032 '], ['P032', 'P032'], []])
      expect(
        code(() => decide([entry(), entry({ reference })])),
        JSON.stringify(reference),
      ).to.equal('SOURCE_GARBLED');
  });

  it('ends with its validity, in each way that directories write it', () => {
    const windows = (ms: number) => String(BigInt(ms + 11_644_473_600_000) * 10_000n);
    const cases: readonly (readonly [ValidityFormat, string, boolean])[] = [
      ['days', String(today + 1), true],
      ['days', String(today), false],
      ['days', '0', false],
      ['days', '-1', true],
      ['generalized-time', '20261001120001Z', true],
      ['generalized-time', '20261001120000Z', false],
      ['generalized-time', '20270101000000.0Z', true],
      ['windows', windows(now + 1), true],
      ['windows', windows(now), false],
      ['windows', '0', true],
      ['windows', '9223372036854775807', true],
    ];
    for (const [format, value, valid] of cases)
      expect(decide([entry({ validUntil: [value] })], format) !== undefined, `${format} ${value}`).to.equal(valid);
  });

  it('is nothing when the end cannot be read, rather than endless', () => {
    const unreadable: readonly (readonly [ValidityFormat, string])[] = [
      ['days', '2027-03-31'],
      ['days', '20270331000000Z'],
      ['days', '-2'],
      ['generalized-time', '20271399000000Z'],
      ['generalized-time', '21000'],
      ['generalized-time', '20270331000000+0900'],
      ['windows', '-1'],
      ['windows', 'never'],
    ];
    for (const [format, value] of unreadable)
      expect(
        code(() => decide([entry({ validUntil: [value] })], format)),
        `${format} ${value}`,
      ).to.equal('SOURCE_GARBLED');
    expect(
      code(() => decide([entry({ validUntil: ['1', '99999'] })])),
      'two ends',
    ).to.equal('SOURCE_GARBLED');
  });

  it('leaves out an entry that has ended and keeps the others', () => {
    const ended = entry({ role: ['sysop'], facilityCode: ['3799999900'], validUntil: ['1'] });
    expect(decide([ended, entry()])?.roles).to.deep.equal(['doctor']);
    expect(decide([ended])).to.equal(undefined);
  });

  it('is refused when a value is no text that pages and XML can carry', () => {
    for (const value of ['', 'a\u0000b', 'a\nb', '\uFFFE', '\uD800', 'x'.repeat(201), Buffer.from([0xff])])
      expect(
        code(() => decide([entry({ role: [value] })])),
        JSON.stringify(value),
      ).to.equal('SOURCE_GARBLED');
    expect(decide([entry({ licence: ['𠮷葛\u{E0104}\uE000'] })])?.licence, 'rare characters are text').to.be.a(
      'string',
    );
  });
});
