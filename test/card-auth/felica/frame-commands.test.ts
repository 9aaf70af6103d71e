import { expect } from 'chai';
import fc from 'fast-check';
import {
  buildRequest,
  isWritten,
  parsePolling,
  parseRead,
  parseRequest,
  parseRequestResponse,
  parseRequestService,
  parseSearchService,
  parseSystemCodes,
  parseWrite,
  type Request,
} from '../../../card-auth/felica/commands.ts';
import { buildFrame, FelicaError, parseFrame, radioChecksum } from '../../../card-auth/felica/frame.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const idm = bytes('0102030405060708');
const element = (block: number) => ({ service: 0, access: 0, block });

describe('FeliCa frames', () => {
  it('count themselves in LEN and refuse every other count', () => {
    expect(hex(buildFrame(0x04, idm))).to.equal('0a040102030405060708');
    expect(parseFrame(bytes('0204'))).to.deep.equal({ code: 4, payload: new Uint8Array() });
    for (const wrong of ['', '01', '0304', '020405'])
      expect(() => parseFrame(bytes(wrong)), wrong).to.throw(FelicaError);
    expect(() => buildFrame(0, new Uint8Array(254))).to.throw(TypeError);
  });

  it('have the radio checksum of polynomial 1021', () => {
    // The check value that catalogues of checksums give for this polynomial and start.
    expect(radioChecksum(Buffer.from('123456789'))).to.equal(0x31c3);
  });
});

describe('FeliCa commands, byte for byte', () => {
  const cases: readonly (readonly [string, Request])[] = [
    ['06 00 88b4 01 00', { command: 'polling', systemCode: 0x88b4, requestCode: 1, timeSlots: 0 }],
    ['0d 02 0102030405060708 01 0900', { command: 'request-service', idm, nodes: [0x0009] }],
    ['0a 04 0102030405060708', { command: 'request-response', idm }],
    [
      '12 06 0102030405060708 01 0b00 02 8082 8081',
      { command: 'read', idm, services: [0x000b], blocks: [element(0x82), element(0x81)] },
    ],
    ['0c 0a 0102030405060708 0300', { command: 'search-service', idm, index: 3 }],
    ['0a 0c 0102030405060708', { command: 'request-system', idm }],
    [
      `20 08 0102030405060708 01 0900 01 8080 ${'ab'.repeat(16)}`,
      { command: 'write', idm, services: [0x0009], blocks: [element(0x80)], data: bytes('ab'.repeat(16)) },
    ],
  ];
  for (const [octets, request] of cases) {
    it(request.command, () => {
      const expected = bytes(octets);
      expected[0] = expected.length;
      expect(hex(buildRequest(request))).to.equal(hex(expected));
      expect(parseRequest(expected)).to.deep.equal(request);
    });
  }

  it('every request comes back from its bytes', () => {
    const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const word = fc.integer({ min: 0, max: 0xffff });
    const octet = fc.integer({ min: 0, max: 0xff });
    const nodes = fc.array(word, { minLength: 1, maxLength: 16 });
    const blocks = fc.array(
      fc.record({ service: fc.integer({ min: 0, max: 15 }), access: fc.integer({ min: 0, max: 7 }), block: word }),
      { minLength: 1, maxLength: 8 },
    );
    const card = { idm: octets(8) };
    const requests: fc.Arbitrary<Request> = fc.oneof(
      fc.record({ command: fc.constant('polling'), systemCode: word, requestCode: octet, timeSlots: octet }),
      fc.record({ command: fc.constant('request-service'), ...card, nodes }),
      fc.record({ command: fc.constant('request-response'), ...card }),
      fc.record({ command: fc.constant('request-system'), ...card }),
      fc.record({ command: fc.constant('search-service'), ...card, index: word }),
      fc.record({ command: fc.constant('read'), ...card, services: nodes, blocks }),
      blocks.chain((list) =>
        fc.record({
          command: fc.constant('write'),
          ...card,
          services: nodes,
          blocks: fc.constant(list),
          data: octets(list.length * 16),
        }),
      ),
    );
    fc.assert(
      fc.property(requests, (request) => {
        expect(parseRequest(buildRequest(request))).to.deep.equal(request);
      }),
    );
  });

  it('a block number above FF takes three bytes, low byte first', () => {
    const request: Request = { command: 'read', idm, services: [9], blocks: [element(0x0123)] };
    expect(hex(buildRequest(request)).slice(-6)).to.equal('002301');
    expect(parseRequest(buildRequest(request))).to.deep.equal(request);
  });

  it('answers are read with their status flags, and 71 counts as written', () => {
    expect(parsePolling(bytes('1201 0102030405060708 00f1000000014300')).requestData).to.have.length(0);
    expect(parseRead(bytes(`1d07 0102030405060708 0000 01 ${'cd'.repeat(16)}`), idm, 1).data).to.have.length(16);
    expect(parseRead(bytes('0c07 0102030405060708 01b1'), idm, 1)).to.include({ sf1: 1, sf2: 0xb1 });
    expect(isWritten(parseWrite(bytes('0c09 0102030405060708 ff71'), idm))).to.equal(true);
    expect(isWritten(parseWrite(bytes('0c09 0102030405060708 02b2'), idm))).to.equal(false);
    expect(parseRequestService(bytes('0f03 0102030405060708 02 0000 ffff'), idm)).to.deep.equal([0, 0xffff]);
    expect(parseRequestResponse(bytes('0b05 0102030405060708 00'), idm)).to.equal(0);
    expect(parseSystemCodes(bytes('0f0d 0102030405060708 02 88b4 80de'), idm)).to.deep.equal([0x88b4, 0x80de]);
    expect(parseSearchService(bytes('0c0b 0102030405060708 8b00'), idm)).to.deep.equal([0x008b]);
    expect(parseSearchService(bytes('0c0b 0102030405060708 ffff'), idm)).to.equal(undefined);
  });

  it('an answer of another card or to another command is refused', () => {
    expect(() => parseWrite(bytes('0c09 0902030405060708 0000'), idm)).to.throw(FelicaError);
    expect(() => parseWrite(bytes('0c07 0102030405060708 0000'), idm)).to.throw(FelicaError);
    expect(() => parseRead(bytes(`1d07 0102030405060708 0000 02 ${'cd'.repeat(16)}`), idm, 2)).to.throw(FelicaError);
  });

  it('no bytes make a parser throw anything but its own refusal', () => {
    const parsers = [
      parseFrame,
      parseRequest,
      parsePolling,
      (octets: Uint8Array) => parseRead(octets, idm, 1),
      (octets: Uint8Array) => parseWrite(octets, idm),
      (octets: Uint8Array) => parseRequestService(octets, idm),
      (octets: Uint8Array) => parseSystemCodes(octets, idm),
      (octets: Uint8Array) => parseSearchService(octets, idm),
    ];
    const framed = fc.uint8Array({ maxLength: 60 }).map((body) => Uint8Array.of(body.length + 1, ...body));
    fc.assert(
      fc.property(fc.oneof(framed, fc.uint8Array({ maxLength: 60 })), fc.constantFrom(...parsers), (octets, parse) => {
        try {
          parse(octets);
        } catch (error) {
          if (!(error instanceof FelicaError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
