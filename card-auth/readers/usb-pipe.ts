import { ReaderError } from './reader.ts';

export interface UsbPipeOptions {
  readonly device: USBDevice;
  readonly interfaceNumber: number;
  readonly inEndpoint: number;
  readonly outEndpoint: number;
}

const transferBytes = 1024;

/**
 * Two bulk endpoints of a USB reader (WebUSB, in the browser or a library of the same shape). One conversation at a
 * time; whatever the cable does becomes a ReaderError.
 */
export async function openUsbPipe({ device, interfaceNumber, inEndpoint, outEndpoint }: UsbPipeOptions) {
  let busy = false;
  let lost = false;
  try {
    if (!device.opened) await device.open();
    if (!device.configuration) await device.selectConfiguration(1);
    await device.claimInterface(interfaceNumber);
  } catch (cause) {
    throw new ReaderError('READER_BUSY', 'the reader cannot be opened: it is unplugged or another program holds it', {
      cause,
    });
  }

  async function send(bytes: Uint8Array): Promise<void> {
    const { status } = await guarded(device.transferOut(outEndpoint, Uint8Array.from(bytes)));
    if (status !== 'ok') throw malformed(`the reader took the message with status ${status}`);
  }

  /** One transfer of the reader. A reader that stays silent is not used again: its late answer would be taken for another. */
  async function receive(timeoutMs: number): Promise<Uint8Array> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        lost = true;
        reject(new ReaderError('READER_TIMEOUT', 'the reader did not answer'));
      }, timeoutMs);
    });
    try {
      const { status, data } = await Promise.race([guarded(device.transferIn(inEndpoint, transferBytes)), late]);
      if (status !== 'ok' || !data) throw malformed(`the reader answered with status ${status ?? 'none'}`);
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
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
    if (lost) throw new ReaderError('READER_ABSENT', 'the connection to the reader is gone');
    if (busy) throw new ReaderError('READER_BUSY', 'the reader is in use');
    busy = true;
    try {
      return await talk();
    } finally {
      busy = false;
    }
  }

  async function close(): Promise<void> {
    lost = true;
    if (device.opened) await device.close();
  }

  return { send, receive, alone, close, isLost: () => lost };
}

export const malformed = (message: string) => new ReaderError('READER_MESSAGE_MALFORMED', message);
