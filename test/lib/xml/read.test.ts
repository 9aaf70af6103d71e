import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import {
  canonicalize,
  decodeBase64,
  elementFactory,
  inflate,
  isWritable,
  readXml,
  writeXml,
  XmlError,
  type XmlNode,
} from '../../../lib/xml/index.ts';

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof XmlError) return error.code;
    throw error;
  }
  return 'accepted';
}

const read = (text: string | Buffer) => codeOf(() => readXml(Buffer.from(text)));

describe('the gate for incoming XML', () => {
  const refused: readonly (readonly [string, string, string | Buffer])[] = [
    ['an external entity', 'MARKUP_FORBIDDEN', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['a billion laughs', 'MARKUP_FORBIDDEN', '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'],
    ['an undeclared entity', 'XML_MALFORMED', '<a>&x;</a>'],
    ['a processing instruction before the root', 'MARKUP_FORBIDDEN', '<?xml-stylesheet href="x"?><a/>'],
    ['a second declaration', 'MARKUP_FORBIDDEN', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
    ['XML 1.1', 'MARKUP_FORBIDDEN', '<?xml version="1.1"?><a/>'],
    ['a declared foreign encoding', 'MARKUP_FORBIDDEN', '<?xml version="1.0" encoding="Shift_JIS"?><a/>'],
    ['UTF-16', 'OCTETS_NOT_UTF8', Buffer.from('\uFEFF<a/>', 'utf16le')],
    ['UTF-7', 'XML_MALFORMED', '+ADw-a/+AD4-'],
    ['a byte order mark inside', 'OCTETS_NOT_UTF8', '<a>\uFEFFx</a>'],
    ['a NUL', 'OCTETS_NOT_UTF8', '<a>\0</a>'],
    [
      'a lone surrogate in UTF-8',
      'OCTETS_NOT_UTF8',
      Buffer.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80, 0x3c, 0x2f, 0x61, 0x3e]),
    ],
    ['two roots', 'XML_MALFORMED', '<a/><b/>'],
    ['nothing', 'XML_MALFORMED', ''],
    ['a repeated attribute', 'XML_MALFORMED', '<a b="1" b="2"/>'],
    ['an undeclared prefix', 'XML_MALFORMED', '<x:a/>'],
    ['a deep tree', 'XML_TOO_COMPLEX', '<a>'.repeat(100) + '</a>'.repeat(100)],
    ['too many elements', 'XML_TOO_COMPLEX', `<a>${'<b/>'.repeat(20_000)}</a>`],
    [
      'too many attributes',
      'XML_TOO_COMPLEX',
      `<a ${Array.from({ length: 100 }, (_, at) => `b${at}="x"`).join(' ')}/>`,
    ],
    [
      'too many declarations',
      'XML_TOO_COMPLEX',
      `<a ${Array.from({ length: 100 }, (_, at) => `xmlns:b${at}="urn:${at}"`).join(' ')}/>`,
    ],
    [
      '100,000 attributes',
      'MESSAGE_TOO_LARGE',
      `<a ${Array.from({ length: 100_000 }, (_, at) => `b${at}="x"`).join(' ')}/>`,
    ],
    ['IDs repeated under other names', 'ID_REPEATED', '<a ID="x"><b Id="x"/></a>'],
    ['an ampersand in a namespace name', 'XML_MALFORMED', '<a xmlns="urn:x&amp;y"/>'],
  ];
  for (const [what, code, text] of refused) {
    it(`refuses ${what}`, () => expect(read(text)).to.equal(code));
  }

  it('accepts a declaration, a byte order mark at the start, and character references', () => {
    expect(read('<?xml version="1.0" encoding="UTF-8"?>\n<a>&#x3042;</a>')).to.equal('accepted');
    expect(read('\uFEFF<?xml version="1.0"?><a/>')).to.equal('accepted');
  });

  it('ends with a typed refusal or a tree on any octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => codeOf(() => readXml(octets)) !== ''));
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => codeOf(() => readXml(Buffer.from(`<a>${text}</a>`))) !== ''),
    );
  });

  it('takes base64 strictly', () => {
    expect(decodeBase64('PGEv\r\nPg==').toString()).to.equal('<a/>');
    for (const text of ['PGEvPg=', 'PGEvPg', 'PGEv*Pg==', 'PGEvPh==', ''])
      expect(
        codeOf(() => decodeBase64(text)),
        text,
      ).to.equal('BASE64_MALFORMED');
    expect(codeOf(() => decodeBase64('A'.repeat(1_000_000)))).to.equal('MESSAGE_TOO_LARGE');
  });

  it('stops an inflate bomb at the limit and refuses octets behind the end', () => {
    expect(inflate(deflateRawSync('<a/>')).toString()).to.equal('<a/>');
    expect(codeOf(() => inflate(deflateRawSync(Buffer.alloc(50_000_000))))).to.equal('MESSAGE_TOO_LARGE');
    expect(codeOf(() => inflate(Buffer.concat([deflateRawSync('<a/>'), Buffer.from('x')])))).to.equal(
      'DEFLATE_MALFORMED',
    );
    expect(codeOf(() => inflate(deflateRawSync('<a/>').subarray(0, -1)))).to.equal('DEFLATE_MALFORMED');
    expect(codeOf(() => inflate(Buffer.from('garbage')))).to.equal('DEFLATE_MALFORMED');
  });
});

describe('canonical form', () => {
  const prefixes = ['', 'a', 'b', '__proto__', 'xsi'];
  const text = fc
    .oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('羽巢', '𠮷葛\u{E0100}', '\r\n\t', ']]>', '&<>"', '\u007f\u0085'),
    )
    .filter(isWritable);
  const tree = fc.letrec<{ node: XmlNode }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      text,
      fc
        .record({
          prefix: fc.constantFrom(...prefixes),
          ns: fc.constantFrom('urn:1', 'urn:2', 'urn:\uE000', 'urn:𠮷'),
          name: fc.constantFrom('x', 'Y', '_z', '名'),
          attributes: fc.dictionary(fc.constantFrom('p', 'Q', 'r', 'ID'), text, { maxKeys: 3 }),
          children: fc.array(tie('node'), { maxLength: 4 }),
        })
        .map(({ prefix, ns, name, attributes, children }) => {
          const { ID: _unused, ...kept } = attributes;
          return elementFactory(prefix, encodeURI(ns))(name, kept, children);
        }),
    ),
  })).node;

  it('is what we read back, and is its own canonical form', () => {
    fc.assert(
      fc.property(tree, (node) => {
        if (typeof node === 'string') return;
        const written = writeXml(node);
        expect(canonicalize(readXml(Buffer.from(written), { maxNodes: 100_000 }))).to.equal(written);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with libxml2', () => {
    fc.assert(
      fc.property(tree, (node) => {
        if (typeof node === 'string') return;
        const written = writeXml(elementFactory('o', 'urn:o')('outer', {}, [node]));
        const document = XmlDocument.fromString(written);
        try {
          expect(document.canonicalizeToString({ mode: 1 })).to.equal(written);
        } finally {
          document.dispose();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses to write what XML cannot carry', () => {
    const a = elementFactory('', 'urn:a');
    for (const bad of ['\u0000', '\u0008', '\ufffe', '\ud800', '\ufeff'])
      expect(() => a('x', {}, [bad])).to.throw(TypeError);
    expect(() => a('x', { y: '\u0001' })).to.throw(TypeError);
  });
});

describe('the kernel', () => {
  it('is as small as its door says', () => {
    const folder = fileURLToPath(new URL('../../../lib/xml/', import.meta.url));
    const lines = readdirSync(folder).reduce(
      (sum, name) => sum + readFileSync(`${folder}${name}`, 'utf8').split('\n').length - 1,
      0,
    );
    const said = Number(/([\d,]+) lines in all/.exec(readFileSync(`${folder}index.ts`, 'utf8'))?.[1]?.replace(',', ''));
    expect(lines).to.be.within(said * 0.95, said * 1.05);
  });
});
