import { buildFrame, FelicaError, parseFrame } from './frame.ts';

/**
 * FeliCa commands without encryption, both directions: terminals build requests and parse answers, the software card
 * parses requests and builds answers. System codes are big-endian on the wire, service codes little-endian.
 */
export type Request =
  | {
      readonly command: 'polling';
      readonly systemCode: number;
      readonly requestCode: number;
      readonly timeSlots: number;
    }
  | { readonly command: 'request-service'; readonly idm: Uint8Array; readonly nodes: readonly number[] }
  | { readonly command: 'request-response'; readonly idm: Uint8Array }
  | {
      readonly command: 'read';
      readonly idm: Uint8Array;
      readonly services: readonly number[];
      readonly blocks: readonly BlockElement[];
    }
  | {
      readonly command: 'write';
      readonly idm: Uint8Array;
      readonly services: readonly number[];
      readonly blocks: readonly BlockElement[];
      readonly data: Uint8Array;
    }
  | { readonly command: 'search-service'; readonly idm: Uint8Array; readonly index: number }
  | { readonly command: 'request-system'; readonly idm: Uint8Array };

/** One entry of a block list: which of the named services, the access mode, the block number. */
export interface BlockElement {
  readonly service: number;
  readonly access: number;
  readonly block: number;
}

/** Status flags 1 and 2 of an answer: 00 00 is success, 71 in the second a success near the end of the card's life. */
export interface Status {
  readonly sf1: number;
  readonly sf2: number;
}

export const codes = {
  polling: 0x00,
  'request-service': 0x02,
  'request-response': 0x04,
  read: 0x06,
  write: 0x08,
  'search-service': 0x0a,
  'request-system': 0x0c,
} as const;

/** SF2 71 says that the write was done although the block is near its rewrite limit. */
export function isWritten({ sf1, sf2 }: Status): boolean {
  return sf2 === 0x71 || (sf1 === 0 && sf2 === 0);
}

const littleEndian = (value: number) => [value & 0xff, value >> 8];
const bigEndian = (value: number) => [value >> 8, value & 0xff];

function elementBytes({ service, access, block }: BlockElement): number[] {
  const head = (access << 4) | service;
  return block < 0x100 ? [0x80 | head, block] : [head, ...littleEndian(block)];
}

export function buildRequest(request: Request): Uint8Array {
  const code = codes[request.command];
  if (request.command === 'polling') {
    const { systemCode, requestCode, timeSlots } = request;
    return buildFrame(code, Uint8Array.of(...bigEndian(systemCode), requestCode, timeSlots));
  }
  return buildFrame(code, Uint8Array.of(...request.idm, ...requestBody(request)));
}

function requestBody(request: Exclude<Request, { command: 'polling' }>): number[] {
  switch (request.command) {
    case 'request-response':
    case 'request-system':
      return [];
    case 'request-service':
      return [request.nodes.length, ...request.nodes.flatMap(littleEndian)];
    case 'search-service':
      return littleEndian(request.index);
    case 'read':
      return blockListBytes(request);
    case 'write':
      return [...blockListBytes(request), ...request.data];
  }
}

function blockListBytes({ services, blocks }: { services: readonly number[]; blocks: readonly BlockElement[] }) {
  return [services.length, ...services.flatMap(littleEndian), blocks.length, ...blocks.flatMap(elementBytes)];
}

/** Takes bytes one after another and refuses what is missing or left over. */
function createCursor(bytes: Uint8Array, code: 'COMMAND_MALFORMED' | 'ANSWER_MALFORMED') {
  let at = 0;
  function take(count: number): Uint8Array {
    if (at + count > bytes.length) throw new FelicaError(code, 'the message ends too early');
    at += count;
    return bytes.slice(at - count, at);
  }
  function byte(): number {
    const [value = 0] = take(1);
    return value;
  }
  return {
    take,
    byte,
    little: () => byte() | (byte() << 8),
    big: () => (byte() << 8) | byte(),
    rest: () => take(bytes.length - at),
    end(): void {
      if (at !== bytes.length) throw new FelicaError(code, 'the message has bytes left over');
    },
  };
}

type Cursor = ReturnType<typeof createCursor>;

function times<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}

function takeElement(cursor: Cursor): BlockElement {
  const head = cursor.byte();
  const block = head & 0x80 ? cursor.byte() : cursor.little();
  return { service: head & 0x0f, access: (head >> 4) & 0x07, block };
}

export function parseRequest(bytes: Uint8Array): Request {
  const { code, payload } = parseFrame(bytes);
  const cursor = createCursor(payload, 'COMMAND_MALFORMED');
  const request = takeRequest(code, cursor);
  cursor.end();
  return request;
}

function takeRequest(code: number, cursor: Cursor): Request {
  if (code === codes.polling) {
    return { command: 'polling', systemCode: cursor.big(), requestCode: cursor.byte(), timeSlots: cursor.byte() };
  }
  const idm = cursor.take(8);
  switch (code) {
    case codes['request-service']:
      return { command: 'request-service', idm, nodes: times(cursor.byte(), cursor.little) };
    case codes['request-response']:
      return { command: 'request-response', idm };
    case codes.read:
    case codes.write: {
      const services = times(cursor.byte(), cursor.little);
      const blocks = times(cursor.byte(), () => takeElement(cursor));
      if (code === codes.read) return { command: 'read', idm, services, blocks };
      return { command: 'write', idm, services, blocks, data: cursor.take(blocks.length * 16) };
    }
    case codes['search-service']:
      return { command: 'search-service', idm, index: cursor.little() };
    case codes['request-system']:
      return { command: 'request-system', idm };
    default:
      throw new FelicaError('COMMAND_MALFORMED', 'the command is not one of those without encryption');
  }
}

/** Opens an answer: refuses another response code or another card's IDm. */
function openAnswer(bytes: Uint8Array, command: keyof typeof codes, idm?: Uint8Array): Cursor {
  const { code, payload } = parseFrame(bytes);
  if (code !== codes[command] + 1) throw new FelicaError('ANSWER_UNEXPECTED', 'the answer is to another command');
  const cursor = createCursor(payload, 'ANSWER_MALFORMED');
  if (idm && cursor.take(8).some((byte, index) => byte !== idm[index])) {
    throw new FelicaError('ANSWER_UNEXPECTED', 'the answer is of another card');
  }
  return cursor;
}

export function parsePolling(bytes: Uint8Array): { idm: Uint8Array; pmm: Uint8Array; requestData: Uint8Array } {
  const cursor = openAnswer(bytes, 'polling');
  const answer = { idm: cursor.take(8), pmm: cursor.take(8), requestData: cursor.rest() };
  if (answer.requestData.length !== 0 && answer.requestData.length !== 2) {
    throw new FelicaError('ANSWER_MALFORMED', 'request data has two bytes or none');
  }
  return answer;
}

/** `data` is empty unless the status is 00 00. `count` is the number of blocks asked for. */
export function parseRead(bytes: Uint8Array, idm: Uint8Array, count: number): Status & { data: Uint8Array } {
  const cursor = openAnswer(bytes, 'read', idm);
  const status = { sf1: cursor.byte(), sf2: cursor.byte() };
  let data = new Uint8Array(0);
  if (status.sf1 === 0) {
    if (cursor.byte() !== count) throw new FelicaError('ANSWER_MALFORMED', 'another number of blocks than asked for');
    data = new Uint8Array(cursor.take(count * 16));
  }
  cursor.end();
  return { ...status, data };
}

export function parseWrite(bytes: Uint8Array, idm: Uint8Array): Status {
  const cursor = openAnswer(bytes, 'write', idm);
  const status = { sf1: cursor.byte(), sf2: cursor.byte() };
  cursor.end();
  return status;
}

/** Key versions in the order of the nodes asked for; FFFF where a node does not exist. */
export function parseRequestService(bytes: Uint8Array, idm: Uint8Array): number[] {
  const cursor = openAnswer(bytes, 'request-service', idm);
  const versions = times(cursor.byte(), cursor.little);
  cursor.end();
  return versions;
}

export function parseRequestResponse(bytes: Uint8Array, idm: Uint8Array): number {
  const cursor = openAnswer(bytes, 'request-response', idm);
  const mode = cursor.byte();
  cursor.end();
  return mode;
}

export function parseSystemCodes(bytes: Uint8Array, idm: Uint8Array): number[] {
  const cursor = openAnswer(bytes, 'request-system', idm);
  const systems = times(cursor.byte(), cursor.big);
  cursor.end();
  return systems;
}

/** A service code, an area's two codes, or `undefined` at the end of the list (FFFF). */
export function parseSearchService(bytes: Uint8Array, idm: Uint8Array): number[] | undefined {
  const cursor = openAnswer(bytes, 'search-service', idm);
  const rest = cursor.rest();
  if (rest.length !== 2 && rest.length !== 4) throw new FelicaError('ANSWER_MALFORMED', 'one or two codes');
  const nodes = times(rest.length / 2, createCursor(rest, 'ANSWER_MALFORMED').little);
  return nodes.length === 1 && nodes[0] === 0xffff ? undefined : nodes;
}

export function buildAnswer(command: keyof typeof codes, ...parts: readonly (Uint8Array | readonly number[])[]) {
  return buildFrame(codes[command] + 1, Uint8Array.from(parts.flatMap((part) => [...part])));
}
