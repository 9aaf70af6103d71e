import { crc32 } from 'node:zlib';

export type RasterType = 'image/png' | 'image/jpeg' | 'image/webp';

/** A picture reduced to what a browser draws of it. */
export interface Raster {
  readonly type: RasterType;
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/**
 * Reads PNG, JPEG or WebP by what the octets are, never by a name or a promised type. The whole file has to be the
 * picture: what stands behind its end, or is no part of the format, is refused, so that no file is two things at once.
 * Texts, places, thumbnails and other attachments are left out of the result. Undefined for everything else.
 */
export function readRaster(file: Uint8Array): Raster | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const read = readers.find(({ starts }) => starts(bytes))?.read;
  const raster = read?.(bytes);
  return raster && raster.width > 0 && raster.height > 0 ? raster : undefined;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const readers = [
  { starts: (bytes: Buffer) => bytes.subarray(0, 8).equals(pngSignature), read: readPng },
  { starts: (bytes: Buffer) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])), read: readJpeg },
  {
    starts: (bytes: Buffer) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
    read: readWebp,
  },
];

/** PNG 5.6, 11: what is drawn. Left out are texts, times, Exif, profiles, and the frames of an animation. */
const pngKept = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

function readPng(bytes: Buffer): Raster | undefined {
  const kept: Buffer[] = [pngSignature];
  const seen: string[] = [];
  for (let at = 8; at < bytes.length; ) {
    if (at + 12 > bytes.length || seen.at(-1) === 'IEND') return undefined;
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(name) || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      return undefined;
    if (pngKept.has(name)) kept.push(bytes.subarray(at, end));
    seen.push(name);
    at = end;
  }
  const whole =
    seen.lastIndexOf('IHDR') === 0 && seen.at(-1) === 'IEND' && seen.includes('IDAT') && bytes.readUInt32BE(8) === 13;
  if (!whole) return undefined;
  return {
    type: 'image/png',
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    bytes: Buffer.concat(kept),
  };
}

/** ITU T.81 B.1.1.3: markers that stand alone. */
const isLoneMarker = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
/** Baseline, extended and progressive, by Huffman codes: what browsers draw. */
const frames = new Set([0xc0, 0xc1, 0xc2]);
/** Tables, frame, scan and restart interval. Left out are all notes, among them Exif and thumbnails. */
const jpegKept = new Set([...frames, 0xc4, 0xda, 0xdb, 0xdd]);
const isNote = (marker: number) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
/** Adobe's note says how colours are written; it has one length, and nothing else fits in. */
const isColourNote = (marker: number, length: number) => marker === 0xee && length === 16;

function readJpeg(bytes: Buffer): Raster | undefined {
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let size: { width: number; height: number } | undefined;
  let scans = 0;
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (marker === 0xd9) {
      // EOI: nothing may stand behind it.
      if (at + 2 !== bytes.length || !size || scans === 0) return undefined;
      return { type: 'image/jpeg', ...size, bytes: Buffer.concat([...kept, bytes.subarray(at)]) };
    }
    if (at + 4 > bytes.length) return undefined;
    let end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || end < at + 4 || !(jpegKept.has(marker) || isNote(marker))) return undefined;
    if (frames.has(marker)) {
      // One frame only: two sizes in one file would be read in two ways.
      if (size || end < at + 9) return undefined;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    if (marker === 0xda) {
      scans += 1;
      end = endOfScan(bytes, end);
    }
    if (jpegKept.has(marker) || isColourNote(marker, end - at)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return undefined;
}

/** Within a scan every FF is followed by 00, or begins a restart marker. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    const next = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && next !== 0 && !isLoneMarker(next)) return at;
  }
  return bytes.length;
}

/** RFC 9649 2.5 to 2.7: one still picture, its transparency, and the header of both. */
const webpKept = new Set(['VP8X', 'ALPH', 'VP8 ', 'VP8L']);
const webpLeftOut = new Set(['ICCP', 'EXIF', 'XMP ']);
/** Of the VP8X flags only transparency: what the others announce is left out or refused. */
const alphaFlag = 0x10;

function readWebp(bytes: Buffer): Raster | undefined {
  if (bytes.length < 20 || bytes.readUInt32LE(4) + 8 !== bytes.length || bytes.length % 2 === 1) return undefined;
  const chunks: { name: string; bytes: Buffer }[] = [];
  for (let at = 12; at < bytes.length; ) {
    if (at + 8 > bytes.length) return undefined;
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    const name = bytes.toString('latin1', at, at + 4);
    if (end > bytes.length || !(webpKept.has(name) || webpLeftOut.has(name))) return undefined;
    if (webpKept.has(name)) chunks.push({ name, bytes: Buffer.from(bytes.subarray(at, end)) });
    at = end;
  }
  const order = chunks.map(({ name }) => name).join();
  const pixels = chunks.at(-1);
  if (!pixels || !/^(VP8X,)?((ALPH,)?VP8 |VP8L)$/.test(order)) return undefined;
  const size = pixels.name === 'VP8L' ? sizeOfLossless(pixels.bytes) : sizeOfLossy(pixels.bytes);
  const [extended] = chunks;
  if (extended?.name === 'VP8X') {
    if (!size || extended.bytes.length !== 18 || !isCanvas(extended.bytes, size)) return undefined;
    extended.bytes[8] = (extended.bytes[8] ?? 0) & alphaFlag;
  }
  const body = Buffer.concat(chunks.map((chunk) => chunk.bytes));
  const header = Buffer.from(bytes.subarray(0, 12));
  header.writeUInt32LE(body.length + 4, 4);
  return size && { type: 'image/webp', ...size, bytes: Buffer.concat([header, body]) };
}

const isCanvas = (extended: Buffer, { width, height }: { width: number; height: number }) =>
  extended.readUIntLE(12, 3) + 1 === width && extended.readUIntLE(15, 3) + 1 === height;

/** RFC 6386 9.1: a key frame, its start code, then 14 bits each. */
function sizeOfLossy(chunk: Buffer) {
  const isKeyFrame = chunk.length >= 18 && ((chunk[8] ?? 1) & 1) === 0 && chunk.readUIntBE(11, 3) === 0x9d012a;
  return isKeyFrame ? { width: chunk.readUInt16LE(14) & 0x3fff, height: chunk.readUInt16LE(16) & 0x3fff } : undefined;
}

/** RFC 9649 3.4: a signature, then 14 bits each, less one. */
function sizeOfLossless(chunk: Buffer) {
  if (chunk.length < 13 || chunk[8] !== 0x2f) return undefined;
  const bits = chunk.readUInt32LE(9);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
