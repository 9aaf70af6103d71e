import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { type RasterType, readRaster } from '../../lib/raster.ts';
import { root } from '../root.ts';

const folder = join(root, 'test/vectors/raster');
const vector = (name: string) => readFileSync(join(folder, name));
const named = (prefix: string) => readdirSync(folder).filter((name) => name.startsWith(prefix));
const types: Readonly<Record<string, RasterType>> = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp' };
const script = Buffer.from('<script>alert(1)</script>');

/** A chunk as PNG writes it. */
function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

describe('a raster picture', () => {
  for (const name of named('accepted-'))
    it(`is read by its octets: ${name}`, () => {
      const raster = readRaster(vector(name));
      expect(raster).to.deep.include({ type: types[name.split('.').at(-1) ?? ''], width: 32, height: 24 });
      expect(raster?.bytes.includes(script), 'texts and notes are left out').to.equal(false);
      expect(readRaster(raster?.bytes ?? Buffer.alloc(0)), 'reading it again changes nothing').to.deep.equal(raster);
    });

  for (const name of named('rejected-'))
    it(`is not ${name}`, () => {
      expect(readRaster(vector(name))).to.equal(undefined);
    });

  it('says how large it is, whatever that is', () => {
    expect(readRaster(vector('too-wide.png'))).to.include({ width: 513, height: 4 });
  });

  describe('sent by an attacker, who wants the hub to serve something else from its own address', () => {
    const accepted = named('accepted-');

    it('has nothing behind its end: no page, no archive, no second picture', () => {
      for (const name of accepted)
        for (const tail of [script, Buffer.from('PK\x03\x04'), Buffer.from([0]), vector(name)])
          expect(readRaster(Buffer.concat([vector(name), tail])), name).to.equal(undefined);
    });

    it('has nothing before its beginning', () => {
      for (const name of accepted) expect(readRaster(Buffer.concat([script, vector(name)])), name).to.equal(undefined);
    });

    it('is no SVG, page, script, PDF or text, whatever it is called', () => {
      for (const text of [
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        '<?xml version="1.0"?><svg/>',
        '<!doctype html><script>alert(1)</script>',
        '%PDF-1.7',
        'alert(1)',
        'GIF89a/*<svg/onload=alert(1)>*/',
        '',
        '\x89PNG\r\n\x1a\n',
        '\xff\xd8\xff',
        'RIFF\x04\x00\x00\x00WEBP',
      ])
        expect(readRaster(Buffer.from(text, 'latin1')), text).to.equal(undefined);
    });

    it('carries no page between its parts: RIFF that does not end where it says, chunks of an unknown kind', () => {
      const webp = vector('accepted-lossy.webp');
      const unknown = Buffer.concat([webp, Buffer.from('HTML\x1a\x00\x00\x00'), script, Buffer.alloc(1)]);
      unknown.writeUInt32LE(unknown.length - 8, 4);
      expect(readRaster(unknown)).to.equal(undefined);
      const png = vector('accepted-palette.png');
      const cut = Buffer.concat([png.subarray(0, 33), chunk('htMl', script), png.subarray(33)]);
      expect(readRaster(cut)?.bytes.includes(script)).to.equal(false);
      const broken = Buffer.from(cut);
      broken[50] = (broken[50] ?? 0) ^ 1;
      expect(readRaster(broken), 'a wrong sum').to.equal(undefined);
      const second = Buffer.concat([png.subarray(0, 33), png.subarray(8, 33), png.subarray(33)]);
      expect(readRaster(second), 'two headers').to.equal(undefined);
    });

    it('has one size: a second frame is refused, and a canvas that is another than its picture', () => {
      const jpeg = vector('accepted-progressive.jpg');
      const at = jpeg.indexOf(Buffer.from([0xff, 0xc2]));
      const frame = Buffer.from(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)));
      frame.writeUInt16BE(9999, 5);
      expect(readRaster(Buffer.concat([jpeg.subarray(0, at), frame, jpeg.subarray(at)]))).to.equal(undefined);
      const webp = Buffer.from(vector('accepted-alpha.webp'));
      webp.writeUIntLE(9998, 24, 3);
      expect(readRaster(webp)).to.equal(undefined);
    });

    it('may be cut or changed anywhere: the answer is a picture or none, and never an error', () => {
      const files = accepted.map(vector);
      fc.assert(
        fc.property(fc.nat(files.length - 1), fc.nat(2000), fc.nat(255), fc.boolean(), (which, at, value, isCut) => {
          const file = Buffer.from(files[which] ?? []);
          if (isCut) return readRaster(file.subarray(0, at % file.length)) === undefined;
          file[at % file.length] = value;
          const raster = readRaster(file);
          return raster === undefined || raster.bytes.length <= file.length;
        }),
        { numRuns: 2000 },
      );
    });
  });
});
