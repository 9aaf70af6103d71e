/** The device side of a USB reader: takes what the host sends and queues what the host will read. */
export type Firmware = (message: Uint8Array) => Promise<readonly Uint8Array[]>;

/** A device of the WebUSB shape, with a firmware behind its bulk endpoints. `damage` changes what the host reads. */
export function fakeUsb(
  productId: number,
  firmware: Firmware,
  { damage = (bytes: Uint8Array): Uint8Array | 'silent' | 'gone' => bytes, claimFails = false } = {},
) {
  const queue: Uint8Array[] = [];
  const sent: Uint8Array[] = [];
  let opened = false;
  const device = {
    vendorId: 0x054c,
    productId,
    configuration: null,
    get opened() {
      return opened;
    },
    async open() {
      opened = true;
    },
    async close() {
      opened = false;
    },
    async selectConfiguration() {},
    async claimInterface() {
      if (claimFails) throw new DOMException('claimed elsewhere', 'NetworkError');
    },
    async transferOut(_endpoint: number, data: BufferSource) {
      const bytes = new Uint8Array(data as ArrayBuffer);
      sent.push(bytes);
      queue.push(...(await firmware(bytes)));
      return { status: 'ok', bytesWritten: bytes.length };
    },
    transferIn() {
      const bytes = damage(queue.shift() ?? new Uint8Array());
      if (bytes === 'silent') return new Promise(() => undefined);
      if (bytes === 'gone') return Promise.reject(new DOMException('unplugged', 'NotFoundError'));
      return Promise.resolve({ status: 'ok', data: new DataView(Uint8Array.from(bytes).buffer) });
    },
  };
  return { device: device as unknown as USBDevice, sent };
}

type Card = (frame: Uint8Array) => Promise<Uint8Array | undefined>;

const sum = (bytes: Iterable<number>) => -Array.from(bytes).reduce((total, byte) => total + byte, 0) & 0xff;

/** NFC-port-100, as the RC-S380 speaks it. */
export function rcS380Firmware(card: Card): Firmware {
  const frame = (data: readonly number[]) => {
    const length = [data.length & 0xff, data.length >> 8];
    return Uint8Array.of(0, 0, 0xff, 0xff, 0xff, ...length, sum(length), ...data, sum(data), 0);
  };
  const ack = Uint8Array.of(0, 0, 0xff, 0, 0xff, 0);
  return async (message) => {
    if (message.length === 6) return [];
    const data = message.slice(8, -2);
    const [, command = 0] = data;
    if (sum(data) !== message.at(-2)) throw new Error('the host computed a wrong checksum');
    if (command !== 0x04) return [ack, frame([0xd7, command + 1, 0])];
    const answer = await card(data.slice(4));
    return [ack, frame([0xd7, 0x05, ...(answer ? [0, 0, 0, 0, 8, ...answer] : [0x80, 0, 0, 0])])];
  };
}

/**
 * The escape messages of the RC-S300's vendor interface. Every answer says that no contact card is there (bStatus 02)
 * and ends in 90 00; silence of the card is 64 01 in the status object.
 */
export function rcS300Firmware(card: Card): Firmware {
  const answer = (message: Uint8Array, payload: readonly number[]) => {
    const length = [payload.length & 0xff, payload.length >> 8, 0, 0];
    return Uint8Array.of(0x83, ...length, 0, message[6] ?? 0, 0x02, 0, 0, ...payload);
  };
  return async (message) => {
    const data = message.slice(10);
    if (data[3] !== 0x01) return [answer(message, [0xc0, 0x03, 0x00, 0x90, 0x00, 0x90, 0x00])];
    const at = data.indexOf(0x95, 14);
    const length = (data[at + 2] ?? 0) * 0x100 + (data[at + 3] ?? 0);
    const frame = await card(data.slice(at + 4, at + 4 + length));
    const good = [0xc0, 0x03, 0x00, 0x90, 0x00, 0x92, 0x01, 0x00, 0x96, 0x02, 0x00, 0x00];
    const silence = [0xc0, 0x03, 0x02, 0x64, 0x01];
    return [answer(message, frame ? [...good, 0x97, frame.length, ...frame, 0x90, 0x00] : [...silence, 0x90, 0x00])];
  };
}
