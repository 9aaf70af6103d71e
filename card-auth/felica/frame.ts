import { HubError } from '../../lib/errors.ts';

export type FelicaErrorCode = 'FRAME_MALFORMED' | 'COMMAND_MALFORMED' | 'ANSWER_MALFORMED' | 'ANSWER_UNEXPECTED';

/** A frame, command or answer that is not what the FeliCa rules allow. Parsers here throw nothing else. */
export class FelicaError extends HubError<FelicaErrorCode> {
  constructor(code: FelicaErrorCode, message: string, options?: ErrorOptions) {
    super(code, 'invalid', message, options);
  }
}

/** What hosts and readers exchange: LEN (which counts itself), the command or response code, the rest. Runs in a browser. */
export interface Frame {
  readonly code: number;
  readonly payload: Uint8Array;
}

export function buildFrame(code: number, payload: Uint8Array): Uint8Array {
  if (payload.length > 253) throw new TypeError('a FeliCa frame holds at most 253 bytes after its code');
  return Uint8Array.of(payload.length + 2, code, ...payload);
}

/** Refuses a frame whose LEN is not exactly the number of bytes at hand. */
export function parseFrame(bytes: Uint8Array): Frame {
  const [length, code] = bytes;
  if (length === undefined || code === undefined || length !== bytes.length) {
    throw new FelicaError('FRAME_MALFORMED', 'LEN does not match the bytes of the frame');
  }
  return { code, payload: bytes.slice(2) };
}

/** The radio checksum over LEN and data: CRC-16, polynomial 1021, start 0, sent high byte first. Readers add and strip it. */
export function radioChecksum(frame: Uint8Array): number {
  let crc = 0;
  for (const byte of frame) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
