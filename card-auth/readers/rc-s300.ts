import { felicaOver } from './felica-over.ts';
import { type FelicaReader, ReaderError } from './reader.ts';
import { malformed, openUsbPipe } from './usb-pipe.ts';

/** PaSoRi RC-S300/S and /P: the vendor interface beside the CCID one, which browsers do not give away. */
export const rcS300ProductIds = [0x0dc8, 0x0dc9];

const message = { escape: 0x6b, answer: 0x83 } as const;
const headerBytes = 10;
const readerMs = 2_000;

/** PC/SC part 3 transparent session (2.02.09), as the reader speaks it. */
const commands = {
  endSession: [0xff, 0x50, 0x00, 0x00, 0x02, 0x82, 0x00, 0x00],
  startSession: [0xff, 0x50, 0x00, 0x00, 0x02, 0x81, 0x00, 0x00],
  fieldOff: [0xff, 0x50, 0x00, 0x00, 0x02, 0x83, 0x00, 0x00],
  fieldOn: [0xff, 0x50, 0x00, 0x00, 0x02, 0x84, 0x00, 0x00],
  protocolFelica: [0xff, 0x50, 0x00, 0x02, 0x04, 0x8f, 0x02, 0x03, 0x00, 0x00],
} as const;
/** The card needs this long after the field comes on. */
const fieldMs = 30;

const tags = { status: 0xc0, frame: 0x97 } as const;
/** PC/SC part 3 supplement, error status: the card gave no response. */
const noResponse = 0x6401;
const success = 0x9000;

/** CCID 6.2.6, bStatus: bits 6-7 tell how the command went; bits 0-1 (a contact card is there or not) mean nothing here. */
const commandStatus = { mask: 0xc0, failed: 0x40, moreTime: 0x80 } as const;
/** CCID 6.2.6, bError: another program's command is being carried out. */
const slotBusy = 0xe0;
/** Requests for more time and answers left behind by an earlier page. */
const skipsMax = 8;

/** Opens the reader and begins a session of our own: one that another program left open is ended first. */
export async function openRcS300(device: USBDevice): Promise<FelicaReader> {
  const pipe = await openUsbPipe({ device, interfaceNumber: 1, inEndpoint: 2, outEndpoint: 2 });
  let sequence = 0;

  async function transact(data: readonly number[], timeoutMs: number): Promise<Uint8Array> {
    sequence = (sequence + 1) & 0xff;
    await pipe.send(
      Uint8Array.of(message.escape, ...littleEndian32(data.length), 0x00, sequence, 0x00, 0x00, 0x00, ...data),
    );
    for (let left = skipsMax; left >= 0; left -= 1) {
      const bytes = checkMessage(await pipe.receive(timeoutMs));
      if (bytes[6] === sequence && !asksForTime(bytes)) return payloadOf(bytes);
    }
    throw malformed('no answer to this message');
  }

  async function command(name: keyof typeof commands): Promise<void> {
    const { status } = resultOf(await transact(commands[name], readerMs));
    if (status !== success) throw malformed(`the reader refused ${name}`);
  }

  async function exchange(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    return pipe.alone(async () => frameOf(await transact(exchangeCommand(frame, timeoutMs), timeoutMs + readerMs)));
  }

  const close = () =>
    pipe.close(async () => {
      await command('fieldOff');
      await command('endSession');
    });

  async function fieldAnew(): Promise<void> {
    await command('fieldOff');
    await command('fieldOn');
    await new Promise((resolve) => setTimeout(resolve, fieldMs));
    await command('protocolFelica');
  }

  await pipe.begin(async () => {
    // May be refused: most often there is no session to end.
    await transact(commands.endSession, readerMs);
    await command('startSession');
    await fieldAnew();
  });
  return felicaOver({ description: 'PaSoRi RC-S300', exchange, cycle: () => pipe.alone(fieldAnew), close });
}

const littleEndian32 = (value: number) => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >>> 24) & 0xff,
];
const bigEndian16 = (value: number) => [value >> 8, value & 0xff];

/** Timeout in microseconds (5F46), then the frame to transmit and receive (95). */
function exchangeCommand(frame: Uint8Array, timeoutMs: number): number[] {
  const objects = [
    0x5f,
    0x46,
    0x04,
    ...littleEndian32(timeoutMs * 1000),
    0x95,
    0x82,
    ...bigEndian16(frame.length),
    ...frame,
  ];
  return [0xff, 0x50, 0x00, 0x01, 0x00, ...bigEndian16(objects.length), ...objects, 0x00, 0x00, 0x00];
}

const asksForTime = (bytes: Uint8Array) => ((bytes[7] ?? 0) & commandStatus.mask) === commandStatus.moreTime;

/** One whole message of the reader's, of the length its header tells. */
function checkMessage(bytes: Uint8Array): Uint8Array {
  const length =
    (bytes[1] ?? 0) + (bytes[2] ?? 0) * 0x100 + (bytes[3] ?? 0) * 0x1_00_00 + (bytes[4] ?? 0) * 0x1_00_00_00;
  if (bytes[0] !== message.answer || bytes.length !== headerBytes + length) throw malformed('no answer of the reader');
  return bytes;
}

function payloadOf(bytes: Uint8Array): Uint8Array {
  const [status = 0, error] = bytes.slice(7, 9);
  if ((status & commandStatus.mask) === 0) return bytes.slice(headerBytes);
  if ((status & commandStatus.mask) === commandStatus.failed && error === slotBusy) {
    throw new ReaderError('READER_BUSY', 'another program uses the reader at this moment');
  }
  throw malformed('the reader refused the message');
}

/** 90 00 closes every answer, even a refusal: how it went is in the status object, the card's frame in another. */
function resultOf(payload: Uint8Array): { readonly status: number; readonly frame?: Uint8Array } {
  const [first, second] = payload.slice(-2);
  if (payload.length < 2 || first !== 0x90 || second !== 0x00) throw malformed('the reader refused the command');
  let status: number | undefined;
  let frame: Uint8Array | undefined;
  for (const { tag, value } of dataObjects(payload.slice(0, -2))) {
    if (tag === tags.frame) frame = value;
    if (tag !== tags.status) continue;
    const [, high, low] = value;
    if (high === undefined || low === undefined) throw malformed('the status object is too short');
    status = high * 0x100 + low;
  }
  if (status === undefined) throw malformed('the answer has no status object');
  return frame ? { status, frame } : { status };
}

/** No frame is silence of the card. */
function frameOf(payload: Uint8Array): Uint8Array | undefined {
  const { status, frame } = resultOf(payload);
  if (status === noResponse) return undefined;
  if (status !== success) throw malformed('the reader could not exchange the frame');
  return frame;
}

/** BER-TLV with tags of one or two bytes and lengths of one to three; searching for a tag's byte would find it inside others. */
function* dataObjects(bytes: Uint8Array): Generator<{ readonly tag: number; readonly value: Uint8Array }> {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('a data object ends too early');
    at += 1;
    return byte;
  };
  while (at < bytes.length) {
    const first = next();
    const tag = (first & 0x1f) === 0x1f ? first * 0x100 + next() : first;
    const short = next();
    const length = short === 0x81 ? next() : short === 0x82 ? next() * 0x100 + next() : short;
    if (short > 0x82 || at + length > bytes.length) throw malformed('a data object is longer than the answer');
    yield { tag, value: bytes.slice(at, at + length) };
    at += length;
  }
}
