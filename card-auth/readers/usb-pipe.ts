import { ReaderError } from './reader.ts';

export interface UsbPipeOptions {
  readonly device: USBDevice;
  readonly interfaceNumber: number;
  readonly inEndpoint: number;
  readonly outEndpoint: number;
}

const transferBytes = 1024;
/** Taking a message is a matter of milliseconds for a reader that still listens. */
const sendMs = 2_000;

/**
 * Two bulk endpoints of a USB reader (WebUSB, in the browser or a library of the same shape). One conversation at a
 * time; whatever the cable does becomes a ReaderError.
 */
export async function openUsbPipe({ device, interfaceNumber, inEndpoint, outEndpoint }: UsbPipeOptions) {
  let talking: Promise<unknown> | undefined;
  let lost = false;
  let closed: Promise<void> | undefined;
  try {
    if (!device.opened) await device.open();
    if (!device.configuration) await device.selectConfiguration(1);
    await device.claimInterface(interfaceNumber);
  } catch (cause) {
    await release();
    const isGone = cause instanceof DOMException && cause.name === 'NotFoundError';
    if (isGone) throw new ReaderError('READER_ABSENT', 'the reader is unplugged', { cause });
    throw new ReaderError('READER_BUSY', 'the reader cannot be opened: another program holds it', { cause });
  }

  async function send(bytes: Uint8Array): Promise<void> {
    const { status } = await within(sendMs, device.transferOut(outEndpoint, Uint8Array.from(bytes)));
    if (status !== 'ok') throw malformed(`the reader took the message with status ${status}`);
  }

  /** One transfer of the reader. */
  async function receive(timeoutMs: number): Promise<Uint8Array> {
    const { status, data } = await within(timeoutMs, device.transferIn(inEndpoint, transferBytes));
    if (status !== 'ok' || !data) throw malformed(`the reader answered with status ${status ?? 'none'}`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }

  /** A reader that stays silent is not used again: its late answer would be taken for another. */
  async function within<T>(timeoutMs: number, transfer: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        lost = true;
        reject(new ReaderError('READER_TIMEOUT', 'the reader did not answer'));
      }, timeoutMs);
    });
    try {
      return await Promise.race([guarded(transfer), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function guarded<T>(transfer: Promise<T>): Promise<T> {
    try {
      return await transfer;
    } catch (cause) {
      lost = true;
      throw new ReaderError('READER_ABSENT', 'the connection to the reader is gone', { cause });
    }
  }

  /** Nobody else speaks with the reader meanwhile. */
  async function alone<T>(talk: () => Promise<T>): Promise<T> {
    if (lost || closed) throw new ReaderError('READER_ABSENT', 'the connection to the reader is gone');
    if (talking) throw new ReaderError('READER_BUSY', 'the reader is in use');
    const talked = talk();
    talking = talked;
    try {
      return await talked;
    } catch (error) {
      // Nobody knows where the next message begins after one that made no sense; an old answer could pass for a new one.
      if (error instanceof ReaderError && error.code === 'READER_MESSAGE_MALFORMED') lost = true;
      throw error;
    } finally {
      talking = undefined;
    }
  }

  /** The first words with the reader; when they fail, other programs can have it. */
  async function begin(talk: () => Promise<void>): Promise<void> {
    try {
      await alone(talk);
    } catch (error) {
      lost = true;
      await release();
      throw error;
    }
  }

  /** Says farewell once the conversation under way is over, unless the reader is gone, and gives the device back. */
  function close(farewell: () => Promise<void>): Promise<void> {
    closed ??= end(farewell);
    return closed;
  }

  async function end(farewell: () => Promise<void>): Promise<void> {
    await Promise.allSettled([talking]);
    try {
      if (!lost) await farewell();
    } catch (error) {
      // A reader that does not answer any more has nothing left to end.
      if (!(error instanceof ReaderError)) throw error;
    }
    lost = true;
    await release();
  }

  async function release(): Promise<void> {
    try {
      if (device.opened) await device.close();
    } catch (cause) {
      // Unplugged, it counts as closed and that is all we wanted.
      if (device.opened) throw new ReaderError('READER_ABSENT', 'the reader cannot be closed', { cause });
    }
  }

  return { send, receive, alone, begin, close };
}

export const malformed = (message: string) => new ReaderError('READER_MESSAGE_MALFORMED', message);
