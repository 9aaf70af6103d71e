import { expect } from 'chai';
import { faceItems, faceSheet, facesPdf, unprintableOn } from '../../../idp/office/face.ts';
import { codeSheet, lettersPdf } from '../../../idp/office/letter-sheet.ts';
import { createPdfWriter } from '../../../lib/pdf.ts';
import { withPoppler } from '../../lib/poppler.ts';
import type { TestBrowser } from '../world.ts';
import { type OfficeWorld, people, startOfficeWorld } from './office-world.ts';

const letters = '/admin/office/letters';
const squeezed = (text = '') => text.replaceAll(/\s/g, '');

describe('print files (R29, R37)', function () {
  this.timeout(60_000);
  const poppler = withPoppler();
  const [person] = people;
  if (!person) throw new Error('no person');
  const number = '1234567890123';

  it('a face has the size of a card, its four items and nothing else, and tells nothing of the person beside them', async () => {
    const names = [
      { kana: 'タカハシ ケンイチ', kanji: '髙橋 健一' },
      { kana: 'バス セイジ'.repeat(8) },
      { latin: 'MAMADOU WILLIAM MWANGI WAMBUGU WANJIRU OMONDI' },
    ];
    const faces = names.map((name) => faceItems({ ...person, name }, number));
    const writer = createPdfWriter();
    const file = await writer.write(facesPdf(faces, 0));
    const { pages, width, height, info, fonts } = await poppler.read(file);
    expect([width, height].map((mm) => mm.toFixed(2))).to.deep.equal(['85.60', '53.98']);
    const common = '生年月日昭和59年3月2日性別男カード番号1234567890123';
    expect(squeezed(pages[0])).to.equal(`氏名タカハシケンイチ${common}`);
    expect(squeezed(pages[1]).replace('氏名', '')).to.equal(`${squeezed('バス セイジ'.repeat(8))}${common}`);
    expect(squeezed(pages[2]).replace('氏名', '')).to.equal(`${squeezed(names[2]?.latin)}${common}`);
    expect(pages).to.have.length(3);
    expect(fonts.every((font) => /yes yes yes/.test(font))).to.equal(true);
    expect(info).to.not.match(/タカハシ|1234|Title|Author/);
    const sheet = [...faceSheet(faces, '/x.css').matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join('');
    expect(squeezed(sheet), 'the sheet of the browser says the same')
      .to.include('MAMADOUWILLIAM')
      .and.not.include('髙橋');
  });

  it('a letter lies in the window of its envelope, whatever the length of the address, on one sheet', async () => {
    const long = {
      ...person,
      address: { postal: '7609904', municipality: '37201', town: '太田上町'.repeat(20), block: '4' },
    };
    const sender = { operator: '見本市', phone: '087-000-0000' };
    const code = {
      resident: long,
      entered: { code: '12345678901234567890', address: 'https://id.example/card/activate' },
      stop: { code: '9876543210987654', address: 'https://id.example/card/stop' },
      at: 0,
      sender,
    };
    const { pages, width, height } = await poppler.read(
      await createPdfWriter().write(lettersPdf([codeSheet(code)], 0, 'Asia/Tokyo')),
    );
    expect([width, height].map(Math.round)).to.deep.equal([210, 297]);
    expect(pages).to.have.length(1);
    const said = squeezed(pages[0]);
    expect(said)
      .to.include('〒760-9904')
      .and.include('髙橋健一様')
      .and.include('12345678901234567890')
      .and.include('9876543210987654');
    expect(said.match(/太/g), 'in full').to.have.length(20);
    expect(said, 'a number of a municipality is no address').to.not.include('37201');
  });

  it('of a face the PDF cannot show it says which item and which character', () => {
    const rare = faceItems({ ...person, name: { kana: 'タカハシ\u{2a6d6}' } }, number);
    expect(unprintableOn(rare)).to.deep.equal({ label: '氏名', at: 5 });
    expect(unprintableOn(faceItems(person, number))).to.equal(undefined);
  });

  describe('over HTTP', () => {
    let world: OfficeWorld;
    let officer: TestBrowser;
    beforeEach(async () => {
      world = await startOfficeWorld();
      officer = await world.signedIn('officer');
    });
    afterEach(() => world.close());

    async function fetched(path: string) {
      const answer = await officer.request(`${world.origin}${path}`);
      expect(answer.headers.get('content-type')).to.equal('application/pdf');
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      return poppler.read(await answer.bytes());
    }

    it('faces come on a page each; a card whose name has a rare character is named on the page and left to its sheet', async () => {
      await world.credential.residents.insert({ ...person, id: 'P900', name: { kana: 'カ\u{2a6d6}' } });
      const [plain, rare] = await world.imported(['P004', 'P900']);
      const { pages } = await fetched('/admin/office/faces.pdf');
      expect(pages.map(squeezed)).to.have.length(1);
      expect(squeezed(pages[0])).to.include(plain?.number);
      const { html } = await world.page(officer, '/admin/office/tasks');
      expect(html).to.include('券面のPDF（1枚）').and.include('氏名の2文字目がPDFの書体にない');
      const at = `/admin/office/cards/${rare?.id}`;
      expect((await world.page(officer, at)).html)
        .to.include('氏名の2文字目')
        .and.not.include('face.pdf');
      const refused = await officer.request(`${world.origin}${at}/face.pdf`, {
        headers: { accept: 'application/json' },
      });
      expect(await world.codeOf(refused)).to.equal('CHARACTER_UNPRINTABLE');
      expect((await world.page(officer, `${at}/face`)).html).to.include('カ\u{2a6d6}');
      const second = await world.signedIn('second');
      for (const path of ['/admin/office/faces.pdf', `${at}/face.pdf`])
        expect((await world.page(second, path)).status).to.equal(403);
      expect(await world.audited('card.face-printed')).to.have.length(2);
    });

    it('letters of the day are one file, made again if lost; what came later is in another, and none is marked unseen', async () => {
      const queue = world.cardOffice.letters;
      await queue.queue('one', 'P004', 'enrolment');
      // The oldest is the first sheet; of one millisecond neither is.
      world.pass(1);
      await queue.queue('two', 'P006', 'card-stopped');
      const post = (path: string) => world.send(officer, letters, path, {});
      expect((await post(`${letters}/files`)).status).to.equal(303);
      await queue.queue('late', 'P007', 'enrolment');
      const at =
        /href="(\/admin\/office\/letters\/files\/[^"]+)"/.exec((await world.page(officer, letters)).html)?.[1] ?? '';
      for (const _twice of [1, 2]) {
        const { pages } = await fetched(at);
        expect(pages.map((text) => /髙橋 [^ ]+ 様/.exec(text)?.[0])).to.deep.equal(['髙橋 健一 様', '髙橋 蒼 様']);
        expect(pages[1]).to.include('カードを止めました').and.include('Your card was stopped');
      }
      expect(await queue.inState('waiting'), 'nothing is printed by being fetched').to.have.length(3);
      expect((await post(at)).status).to.equal(303);
      expect((await queue.inState('waiting')).map(({ id }) => id)).to.deep.equal(['enrolment.late']);
      expect(await world.codeOf(await post(at)), 'once').to.equal('PAGE_MISSING');
      expect((await world.page(officer, at)).status).to.equal(404);
      const second = await world.signedIn('second');
      expect((await world.page(second, letters)).status).to.equal(403);
    });

    it('a letter that the PDF cannot show stays in the queue with the reason; one that changed so leaves its file', async () => {
      const queue = world.cardOffice.letters;
      await world.credential.residents.insert({ ...person, id: 'P900', name: { kanji: '葛\u{e0101}城' } });
      await queue.queue('one', 'P900', 'enrolment');
      await queue.queue('two', 'P004', 'enrolment');
      expect((await world.page(officer, letters)).html).to.include('氏名の1文字目がPDFの書体にない');
      await world.send(officer, letters, `${letters}/files`, {});
      const [other] = (await queue.inState('waiting')).filter(({ file }) => file === undefined);
      expect(other?.residentRef).to.equal('P900');
      const file = (await queue.get('enrolment.two'))?.file ?? '';
      expect((await fetched(`${letters}/files/${file}`)).pages).to.have.length(1);
      await queue.release('enrolment.two');
      expect((await world.page(officer, `${letters}/files/${file}`)).status).to.equal(404);
      expect((await world.page(officer, `${letters}/enrolment.one`)).html).to.include('葛\u{e0101}城');
    });

    it('the letter of one hand-over is a PDF where the officer asks for it', async () => {
      const task = await world.approvedTask();
      const made = await world.send(officer, '/admin/support', '/admin/office/tasks/make', { task });
      const at = made.headers.get('location') ?? '';
      const answer = await world.send(officer, at, `${at}/hand-over`, { how: 'mail', as: 'pdf' });
      const { pages } = await poppler.read(await answer.bytes());
      expect(pages).to.have.length(1);
      expect(pages[0])
        .to.match(/(\d{4} ){4}\d{4}/)
        .and.include('髙橋 健一 様');
      expect((await world.credential.cards.get(at.split('/').at(-1) ?? ''))?.handedOver).to.include({ how: 'mail' });
    });
  });
});
