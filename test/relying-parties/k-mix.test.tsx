import { expect } from 'chai';
import { renderToString } from 'preact-render-to-string';
import { admitClinician, ClinicianHome } from '../../relying-parties/k-mix/main.tsx';
import { hostile } from './scenes.ts';
import { receptionist, wordsOf } from './world.ts';

describe('K-MIX', () => {
  for (const roles of [undefined, [], ['receptionist'], ['Doctor'], ['constructor'], ['auditor', 'sysop']]) {
    it(`refuses somebody with ${roles ? `the roles [${roles.join()}]` : 'no staff record'}, in words (R16)`, () => {
      const refused = admitClinician({ staff: roles && { roles } }, 'ja');
      expect(refused?.title).to.equal('医療従事者だけが使えます');
      expect(refused?.remedy).to.include('職員名簿');
    });
  }

  for (const role of ['doctor', 'dentist', 'pharmacist', 'nurse']) {
    it(`takes a ${role}, whatever else they are`, () => {
      expect(admitClinician({ staff: { roles: ['receptionist', role] } }, 'ja')).to.equal(undefined);
    });
  }

  it('shows role, licence and facility, and nothing that a directory wrote as markup', () => {
    const staff = {
      roles: ['doctor', 'receptionist'],
      licence: hostile,
      facility: { code: '3719999901', name: '春日みなと医院' },
    };
    const parts = {
      name: { ja: 'K-MIX', en: 'K-MIX' },
      links: [],
      style: { language: 'ja', timeZone: 'Asia/Tokyo' },
    } as const;
    const html = renderToString(<ClinicianHome {...parts} signedIn={{ ...receptionist, staff }} />);
    expect(wordsOf(html)).to.include('職種 医師').and.include('春日みなと医院').and.include('3719999901');
    expect(html).to.not.include('<script>');
  });

  it('says what the directory does not have', () => {
    const parts = {
      name: { ja: 'K-MIX', en: 'K-MIX' },
      links: [],
      style: { language: 'ja', timeZone: 'Asia/Tokyo' },
    } as const;
    const html = renderToString(
      <ClinicianHome {...parts} signedIn={{ ...receptionist, staff: { roles: ['nurse'] } }} />,
    );
    expect(wordsOf(html)).to.match(/資格 - （未登録）/);
  });
});
