import { expect } from 'chai';
import { RowFault, residentOf } from '../../card-auth/index.ts';

const fields = {
  id: 'R-1',
  kana: 'バス セイジ',
  sex: '1',
  birthDate: '1960-10-10',
  postal: '7600001',
  town: '番町',
  block: '1-2',
};

describe('a row of residents', () => {
  const municipalityOf = (municipality: string) =>
    residentOf(
      { line: 1, fields: { ...fields, municipality } },
      { synthetic: true, municipalities: { '99201': '見本市' }, now: 0 },
    ).address?.municipality;

  it('gets the name of its municipality, as people write it in their applications', () => {
    expect(municipalityOf('99201')).to.equal('見本市');
    expect(municipalityOf('見本市')).to.equal('見本市');
    expect(municipalityOf('99999'), 'a code that the settings do not name').to.equal('99999');
  });

  it('is refused with what is neither a code nor a name', () => {
    for (const wrong of ['', '9920', '992011', '1町', 'a\nb', 'constructor\u0000', 'x'.repeat(101)])
      expect(() => municipalityOf(wrong), JSON.stringify(wrong)).to.throw(RowFault);
    expect(municipalityOf('constructor'), 'no property of the table').to.equal('constructor');
  });
});
