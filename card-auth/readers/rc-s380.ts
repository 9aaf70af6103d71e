import { felicaOver } from './felica-over.ts';
import type { FelicaReader } from './reader.ts';
import { malformed, openUsbPipe } from './usb-pipe.ts';

/** PaSoRi RC-S380/S and /P. */
export const rcS380ProductIds = [0x06c1, 0x06c3];

const readerMs = 2_000;
/** So long without field a card has surely lost its power; long enough after it comes on. */
const fieldMs = 30;
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
/**
 * Status bits of an exchange, little-endian on the wire: no card answered in time (80), or what came over the air was
 * not readable (1 protocol, 2 parity, 4 checksum, 8 collision, 80000000 length), as when a card is laid down or taken
 * away. To the holder both are the same.
 */
const unheard = 0x8000_008f;
/** Answers that an earlier page may have left behind, one exchange's acknowledgement and answer twice over. */
const leftoversMax = 4;

/** Opens the reader and sets it to FeliCa at 212 kbit/s. */
export async function openRcS380(device: USBDevice): Promise<FelicaReader> {
  const pipe = await openUsbPipe({ device, interfaceNumber: 0, inEndpoint: 1, outEndpoint: 2 });

  /** Every command is acknowledged, then answered. */
  async function transact(command: number, parameters: readonly number[], timeoutMs = readerMs): Promise<Uint8Array> {
    await pipe.send(frameOf([codes.command, command, ...parameters]));
    if (!isAck(await pipe.receive(timeoutMs))) throw malformed('the reader did not acknowledge');
    return answerTo(command, await pipe.receive(timeoutMs));
  }

  /** The first command: whatever else the reader still had to say comes before its answer and is passed over. */
  async function takeOver(): Promise<void> {
    await pipe.send(frameOf([codes.command, commands.setCommandType, 0x01]));
    for (let left = leftoversMax; left >= 0; left -= 1) {
      const bytes = await pipe.receive(readerMs);
      if (isAnswerTo(commands.setCommandType, bytes)) {
        return checkDone(commands.setCommandType, answerTo(commands.setCommandType, bytes));
      }
    }
    throw malformed('the reader does not come to the point');
  }

  async function set(command: number, parameters: readonly number[]): Promise<void> {
    checkDone(command, await transact(command, parameters));
  }

  async function exchange(frame: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    const tenths = Math.min((timeoutMs + 1) * 10, 0xffff);
    const parameters = [tenths & 0xff, (tenths >> 8) & 0xff, ...frame];
    return pipe.alone(async () => cardFrameOf(await transact(commands.inCommRf, parameters, timeoutMs + readerMs)));
  }

  const close = () => pipe.close(() => set(commands.switchRf, [0x00]));

  async function fieldAnew(): Promise<void> {
    await set(commands.switchRf, [0x00]);
    await new Promise((resolve) => setTimeout(resolve, fieldMs));
    await setFelica();
  }

  async function setFelica(): Promise<void> {
    await set(commands.inSetRf, felica212);
    await set(commands.inSetProtocol, protocolDefaults);
    await set(commands.inSetProtocol, felicaGuard);
  }

  await pipe.begin(async () => {
    // An acknowledgement out of turn ends whatever the reader was doing for somebody else.
    await pipe.send(ack);
    await takeOver();
    await set(commands.switchRf, [0x00]);
    await set(commands.switchRf, [0x00]);
    await setFelica();
  });
  return felicaOver({ description: 'PaSoRi RC-S380', exchange, cycle: () => pipe.alone(fieldAnew), close });
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

function answerTo(command: number, bytes: Uint8Array): Uint8Array {
  const data = dataOf(bytes);
  if (data[0] !== codes.answer || data[1] !== command + 1) throw malformed('an answer to another command');
  return data.slice(2);
}

function checkDone(command: number, answer: Uint8Array): void {
  if (answer.length !== 1 || answer[0] !== 0) throw malformed(`the reader refused command ${command}`);
}

const isAnswerTo = (command: number, bytes: Uint8Array) => bytes[8] === codes.answer && bytes[9] === command + 1;

/** Four bytes of status, one more, then the card's frame. */
function cardFrameOf(answer: Uint8Array): Uint8Array | undefined {
  if (answer.length < 4) throw malformed('the reader sent no status');
  const status = new DataView(answer.buffer, answer.byteOffset).getUint32(0, true);
  if (status === 0) return answer.slice(5);
  if ((status & ~unheard) === 0) return undefined;
  throw malformed('the reader could not exchange the frame');
}
