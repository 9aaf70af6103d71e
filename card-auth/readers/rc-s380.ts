import { felicaOver } from './felica-over.ts';
import { type FelicaReader, ReaderError } from './reader.ts';
import { malformed, openUsbPipe } from './usb-pipe.ts';

/** PaSoRi RC-S380/S and /P. */
export const rcS380ProductIds = [0x06c1, 0x06c3];

const readerMs = 2_000;
const ack = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00);
const head = [0x00, 0x00, 0xff, 0xff, 0xff];
const codes = { command: 0xd6, answer: 0xd7 } as const;
const commands = { inSetRf: 0x00, inSetProtocol: 0x02, inCommRf: 0x04, switchRf: 0x06, setCommandType: 0x2a } as const;
/** 212 kbit/s FeliCa, both directions. */
const felica212 = [0x01, 0x01, 0x0f, 0x01];
/** Defaults of every setting, by number; the last makes the reader keep guard time and checksums of FeliCa. */
const protocolDefaults = [
  0x00, 0x18, 0x01, 0x01, 0x02, 0x01, 0x03, 0x00, 0x04, 0x00, 0x05, 0x00, 0x06, 0x00, 0x07, 0x08, 0x08, 0x00, 0x09,
  0x00, 0x0a, 0x00, 0x0b, 0x00, 0x0c, 0x00, 0x0e, 0x04, 0x0f, 0x00, 0x10, 0x00, 0x11, 0x00, 0x12, 0x00, 0x13, 0x06,
];
const felicaGuard = [0x00, 0x18];
/** Status 00 00 00 80 (little-endian on the wire) says that no card answered in time. */
const noAnswer = 0x80;

/** Opens the reader and sets it to FeliCa at 212 kbit/s. */
export async function openRcS380(device: USBDevice): Promise<FelicaReader> {
  const pipe = await openUsbPipe({ device, interfaceNumber: 0, inEndpoint: 1, outEndpoint: 2 });

  /** Every command is acknowledged, then answered. */
  async function transact(command: number, parameters: readonly number[], timeoutMs = readerMs): Promise<Uint8Array> {
    await pipe.send(frameOf([codes.command, command, ...parameters]));
    if (!isAck(await pipe.receive(timeoutMs))) throw malformed('the reader did not acknowledge');
    const data = dataOf(await pipe.receive(timeoutMs));
    if (data[0] !== codes.answer || data[1] !== command + 1) throw malformed('an answer to another command');
    return data.slice(2);
  }

  async function set(command: number, parameters: readonly number[]): Promise<void> {
    const answer = await transact(command, parameters);
    if (answer.length !== 1 || answer[0] !== 0) throw malformed(`the reader refused command ${command}`);
  }

  async function exchange(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    const tenths = (timeoutMs + 1) * 10;
    const parameters = [tenths & 0xff, (tenths >> 8) & 0xff, ...frame];
    return pipe.alone(async () => cardFrameOf(await transact(commands.inCommRf, parameters, timeoutMs + readerMs)));
  }

  async function close(): Promise<void> {
    try {
      if (!pipe.isLost()) await pipe.alone(() => set(commands.switchRf, [0x00]));
    } catch (error) {
      // A reader that is gone or busy has no field to switch off.
      if (!(error instanceof ReaderError)) throw error;
    }
    await pipe.close();
  }

  await pipe.alone(async () => {
    // An acknowledgement out of turn ends whatever the reader was doing for somebody else.
    await pipe.send(ack);
    await set(commands.setCommandType, [0x01]);
    await set(commands.switchRf, [0x00]);
    await set(commands.switchRf, [0x00]);
    await set(commands.inSetRf, felica212);
    await set(commands.inSetProtocol, protocolDefaults);
    await set(commands.inSetProtocol, felicaGuard);
  });
  return felicaOver({ description: 'PaSoRi RC-S380', exchange, close });
}

/** What makes the bytes add up to zero. */
function checksum(bytes: Iterable<number>): number {
  let total = 0;
  for (const byte of bytes) total += byte;
  return -total & 0xff;
}

function frameOf(data: readonly number[]): Uint8Array {
  const length = [data.length & 0xff, data.length >> 8];
  return Uint8Array.of(...head, ...length, checksum(length), ...data, checksum(data), 0x00);
}

const isAck = (bytes: Uint8Array) => bytes.length === ack.length && ack.every((byte, at) => byte === bytes[at]);

function dataOf(bytes: Uint8Array): Uint8Array {
  const [low = 0, high = 0, lengthSum] = bytes.slice(5, 8);
  const length = low + high * 0x100;
  const data = bytes.slice(8, 8 + length);
  const fits =
    head.every((byte, at) => byte === bytes[at]) &&
    lengthSum === checksum([low, high]) &&
    bytes.length === length + 10 &&
    bytes[8 + length] === checksum(data) &&
    bytes[9 + length] === 0x00;
  if (!fits) throw malformed('a frame of the reader is damaged');
  return data;
}

/** Four bytes of status, one more, then the card's frame. */
function cardFrameOf(answer: Uint8Array): Uint8Array | undefined {
  const [first, ...status] = answer.slice(0, 4);
  if (answer.length < 4) throw malformed('the reader sent no status');
  if (first === 0 && status.every((byte) => byte === 0)) return answer.slice(5);
  if (first === noAnswer) return undefined;
  throw malformed('the reader could not exchange the frame');
}
