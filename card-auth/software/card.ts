import { buildAnswer, parseRequest, type Request } from '../felica/commands.ts';
import { FelicaError } from '../felica/frame.ts';
import { createLiteS, type LiteSAnswer, type LiteSMemory } from './lite-s.ts';
import { readTransit, type TransitMemory } from './transit.ts';

/** Everything a software card keeps. */
export interface SoftwareCardMemory {
  readonly liteS: LiteSMemory;
  readonly transit: TransitMemory;
  /** A card for rides only: there is no sign-in system on it. */
  readonly rideOnly?: boolean;
}

/** When the card leaves the field around a write: before it, in the middle of the block, or before the answer. */
export type Tear = 'before' | 'half' | 'after';

export interface SoftwareCardOptions {
  readonly memory: SoftwareCardMemory;
  /** Must be durable when it resolves: the answer leaves after it, or the write count would fork. */
  readonly save: (memory: SoftwareCardMemory) => Promise<void>;
  /** Fault injection: asked at every write of a block. */
  readonly tear?: (block: number) => Tear | undefined;
}

const systems = { liteS: 0x88b4, ndef: 0x12fc, transit: 0x80de } as const;
const keyVersion = 0x0000;
const absent = 0xffff;

/**
 * A card of two systems played in software: 88B4 (FeliCa Lite-S, the sign-in) as system 0 and 80DE (transit, readable
 * part) as system 1. Frames in, frames out; undefined is silence, as of a card that is out of the field or that
 * is not addressed. Exchanges are answered one after another.
 */
export function createSoftwareCard({ memory: initial, save, tear = () => undefined }: SoftwareCardOptions) {
  let liteS = createLiteS(initial.liteS);
  const { transit, rideOnly = false } = initial;
  let queue: Promise<unknown> = Promise.resolve();

  const liteSIdm = () => liteS.memory().idm;
  const transitIdm = () => {
    const [first = 0, ...rest] = liteSIdm();
    return Uint8Array.of((first & 0x0f) | 0x10, ...rest);
  };

  /** Field off and on: volatile state is gone. */
  function power(): void {
    liteS.power();
  }

  async function answer(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    // An empty frame is no frame: the field went off and on.
    if (bytes.length === 0) {
      power();
      return undefined;
    }
    const request = requestOf(bytes);
    if (!request) return undefined;
    if (request.command === 'polling') return answerPolling(request);
    if (!rideOnly && isSame(request.idm, liteSIdm())) return answerLiteS(request);
    return isSame(request.idm, transitIdm()) ? answerTransit(request) : undefined;
  }

  function answerPolling({ systemCode, requestCode }: Extract<Request, { command: 'polling' }>) {
    const offered = [...(rideOnly ? [] : [systems.liteS]), ...(isNdef() ? [systems.ndef] : []), systems.transit];
    const system = offered.find((code) => matches(systemCode, code));
    if (system === undefined) return undefined;
    const idm = system === systems.transit ? transitIdm() : liteSIdm();
    const extra = requestCode === 0x01 ? [system >> 8, system & 0xff] : requestCode === 0x02 ? [0x00, 0x83] : [];
    return buildAnswer('polling', idm, liteS.memory().pmm, extra);
  }

  const isNdef = () => liteS.memory().blocks.get(0x88)?.[3] === 0x01;

  async function answerLiteS(request: Exclude<Request, { command: 'polling' }>): Promise<Uint8Array | undefined> {
    if (request.command === 'read') {
      const { status, data } = liteS.read(request.services, request.blocks);
      return buildAnswer('read', request.idm, statusBytes(status), ...dataBytes(request.blocks.length, data));
    }
    if (request.command === 'write') {
      const before = liteS.memory();
      const result = liteS.write(request.services, request.blocks, request.data);
      const torn = result.written === undefined ? undefined : tear(result.written);
      if (torn) return keepTorn(torn, before, result);
      if (result.memory) await save({ liteS: result.memory, transit, rideOnly });
      return buildAnswer('write', request.idm, statusBytes(result.status));
    }
    // Of the other commands a Lite-S chip knows none; it stays silent.
    return undefined;
  }

  /** The field was lost around the write: no answer, and the block is old, half written, or new. */
  async function keepTorn(torn: Tear, before: LiteSMemory, { memory, written }: LiteSAnswer): Promise<undefined> {
    if (!memory || written === undefined) return undefined;
    const [old, next] = [before.blocks.get(written), memory.blocks.get(written)];
    const half = Uint8Array.of(...(next ?? new Uint8Array(16)).slice(0, 8), ...(old ?? new Uint8Array(16)).slice(8));
    const kept = { after: memory, before, half: { ...before, blocks: new Map([...before.blocks, [written, half]]) } };
    liteS = createLiteS(kept[torn]);
    await save({ liteS: kept[torn], transit, rideOnly });
    return undefined;
  }

  function answerTransit(request: Exclude<Request, { command: 'polling' }>): Uint8Array | undefined {
    const { idm } = request;
    const codes = [...transit.services.keys()];
    switch (request.command) {
      case 'read': {
        const { status, data } = readTransit(transit, request.services, request.blocks);
        return buildAnswer('read', idm, statusBytes(status), ...dataBytes(request.blocks.length, data));
      }
      case 'write':
        return buildAnswer('write', idm, [0x01, 0xa6]);
      case 'request-response':
        return buildAnswer('request-response', idm, [0x00]);
      case 'request-system':
        return buildAnswer('request-system', idm, [2, 0x88, 0xb4, 0x80, 0xde]);
      case 'request-service': {
        const versions = request.nodes.map((node) => (codes.includes(node) ? keyVersion : absent));
        return buildAnswer('request-service', idm, [versions.length, ...versions.flatMap(littleEndian)]);
      }
      case 'search-service':
        return buildAnswer('search-service', idm, littleEndian(codes[request.index] ?? absent));
    }
  }

  /** One frame after another, as the radio does. */
  function respond(frame: Uint8Array): Promise<Uint8Array | undefined> {
    const turn = queue.then(() => answer(frame));
    queue = turn.catch(() => undefined);
    return turn;
  }

  return { respond, power, memory: (): SoftwareCardMemory => ({ liteS: liteS.memory(), transit, rideOnly }) };
}

export type SoftwareCard = ReturnType<typeof createSoftwareCard>;

/** A card does not answer what it does not understand. */
function requestOf(bytes: Uint8Array): Request | undefined {
  try {
    return parseRequest(bytes);
  } catch (error) {
    if (error instanceof FelicaError) return undefined;
    throw error;
  }
}

/** FF in a byte of the asked system code stands for anything. */
function matches(asked: number, code: number): boolean {
  const fits = (a: number, b: number) => a === 0xff || a === b;
  return fits(asked >> 8, code >> 8) && fits(asked & 0xff, code & 0xff);
}

const littleEndian = (value: number): number[] => [value & 0xff, value >> 8];
const isSame = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const statusBytes = ({ sf1, sf2 }: { sf1: number; sf2: number }) => [sf1, sf2];
const dataBytes = (count: number, data: Uint8Array | undefined) => (data ? [[count], data] : []);
