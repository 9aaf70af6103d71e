import { expect } from 'chai';
import { openUsbReader } from '../../../card-auth/client/index.ts';
import { refusal } from '../../refusal.ts';
import { type Firmware, fakeUsb, rcS300Firmware, rcS380Firmware } from './fake-usb.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex');
const liteS = 0x88b4;
const pollingAnswer = (first: string) => bytes(`1201 ${first}2e50e7dac78b47 00f1000000014300`);
const ack = bytes('0000ff00ff00');

const readers = [
  { name: 'RC-S300', productId: 0x0dc9, firmware: rcS300Firmware, fieldOff: 'ff50000002830000' },
  { name: 'RC-S380', productId: 0x06c3, firmware: rcS380Firmware, fieldOff: 'd60600' },
] as const;

/** Cards that lie on the reader one after another. */
function cardsInTurn(...firsts: readonly string[]) {
  let turn = 0;
  return async () => pollingAnswer(firsts[turn++] ?? 'ff');
}

const card = async () => pollingAnswer('01');

/** An answer of the RC-S300 to `message` with this payload. */
function escapeAnswer(message: Uint8Array, payload: string, bStatus = 0x02, bError = 0): Uint8Array {
  const data = bytes(payload);
  return Uint8Array.of(0x83, data.length, 0, 0, 0, 0, message[6] ?? 0, bStatus, bError, 0, ...data);
}

/** The RC-S300's answer to every exchange, its set-up going well. */
const escapeExchange =
  (payload: string): Firmware =>
  async (message) =>
    message[13] === 0x01 ? [escapeAnswer(message, payload)] : rcS300Firmware(card)(message);

/** The RC-S380's answer to every exchange, its set-up going well; `answer` is a whole frame. */
const portExchange =
  (answer: string): Firmware =>
  async (message) =>
    message[9] === 0x04 ? [ack, bytes(answer)] : rcS380Firmware(card)(message);

for (const { name, productId, firmware, fieldOff } of readers) {
  describe(`${name}, when things go wrong`, () => {
    it('gives the device back when it cannot be claimed or set up, and tells unplugged from held', async () => {
      const held = fakeUsb(productId, firmware(card), { claimFails: true });
      expect([await refusal(openUsbReader(held.device)), held.device.opened]).to.deep.equal(['READER_BUSY', false]);
      const mute = fakeUsb(productId, async () => []);
      expect(await refusal(openUsbReader(mute.device))).to.equal('READER_MESSAGE_MALFORMED');
      expect(mute.device.opened).to.equal(false);
      const unplugged = fakeUsb(productId, firmware(card));
      unplugged.device.open = () => Promise.reject(new DOMException('unplugged', 'NotFoundError'));
      expect(await refusal(openUsbReader(unplugged.device))).to.equal('READER_ABSENT');
    });

    it('does not hang on a reader that takes no message', async () => {
      const { device } = fakeUsb(productId, firmware(card));
      const reader = await openUsbReader(device);
      device.transferOut = () => new Promise(() => undefined);
      expect(await refusal(reader.poll(liteS))).to.equal('READER_TIMEOUT');
      expect(await refusal(reader.poll(liteS))).to.equal('READER_ABSENT');
    });

    it('closes after the exchange under way, with the field off, and nothing comes in between', async () => {
      const slow = async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return pollingAnswer('01');
      };
      const { device, sent } = fakeUsb(productId, firmware(slow));
      const reader = await openUsbReader(device);
      const before = sent.length;
      const seen = reader.poll(liteS);
      const closed = Promise.all([reader.close(), reader.close()]);
      expect(await refusal(reader.poll(liteS))).to.equal('READER_ABSENT');
      expect((await seen)?.idm[0]).to.equal(1);
      await closed;
      const after = sent.slice(before).map(hex);
      expect([after.length > 1 && after[1]?.includes(fieldOff), device.opened]).to.deep.equal([true, false]);
      expect(after.filter((message) => message.includes(fieldOff))).to.have.length(1);
    });

    it('closes a device that was unplugged meanwhile', async () => {
      const { device } = fakeUsb(productId, firmware(card));
      const reader = await openUsbReader(device);
      const close = device.close.bind(device);
      device.close = async () => {
        await close();
        throw new DOMException('unplugged', 'NetworkError');
      };
      await reader.close();
    });

    it('stops a poll that was aborted while it ran', async () => {
      const stop = new AbortController();
      const reader = await openUsbReader(
        fakeUsb(
          productId,
          firmware(async () => {
            stop.abort(new Error('stopped'));
            return pollingAnswer('01');
          }),
        ).device,
      );
      const outcome = await reader.poll(liteS, stop.signal).catch((error: unknown) => error);
      expect(outcome).to.equal(stop.signal.reason);
    });

    it('never takes an old answer for a new one after a message too many', async () => {
      let stray = false;
      const inner = firmware(cardsInTurn('01', '02', '03', '04'));
      const usb = fakeUsb(productId, async (message) => {
        const out = await inner(message);
        if (!stray) return out;
        stray = false;
        return [...out.slice(0, 1), ...out];
      });
      const reader = await openUsbReader(usb.device);
      stray = true;
      for (const turn of [1, 2, 3, 4]) {
        const seen = await reader.poll(liteS).catch(() => undefined);
        expect([undefined, turn]).to.include(seen?.idm[0]);
      }
    });
  });
}

describe('RC-S300 answers', () => {
  const open = async (answer: Firmware) => openUsbReader(fakeUsb(0x0dc9, answer).device);

  it("64 01 in the status object is silence; other refusals are the reader's, though all end in 90 00", async () => {
    const silent = await open(escapeExchange('c003026401 9000'));
    expect(await silent.poll(liteS)).to.equal(undefined);
    for (const payload of ['c003016700 9000', 'c003016a81 9000', 'c000 9000', 'c0020190 9000', '920100 9000']) {
      const reader = await open(escapeExchange(payload));
      expect(await refusal(reader.poll(liteS)), payload).to.equal('READER_MESSAGE_MALFORMED');
    }
  });

  it('a refusal during set-up is noticed, but not that there was no session to end', async () => {
    const refuse = (tag: number) => async (message: Uint8Array) =>
      message[15] === tag ? [escapeAnswer(message, 'c003016301 9000')] : rcS300Firmware(card)(message);
    expect(await refusal(open(refuse(0x84)))).to.equal('READER_MESSAGE_MALFORMED');
    expect((await (await open(refuse(0x82))).poll(liteS))?.idm[0]).to.equal(1);
  });

  it('CCID 6.2.6: waits when asked for more time, tells a busy slot from other failures', async () => {
    const patient = await open(async (message) => [
      escapeAnswer(message, '', 0x82),
      ...(await rcS300Firmware(card)(message)),
    ]);
    expect((await patient.poll(liteS))?.idm[0]).to.equal(1);
    const failing = (bError: number) => open(async (message) => [escapeAnswer(message, '', 0x42, bError)]);
    expect(await refusal(failing(0xe0))).to.equal('READER_BUSY');
    expect(await refusal(failing(0xfe))).to.equal('READER_MESSAGE_MALFORMED');
  });

  it('passes over what an earlier page left unread', async () => {
    let first = true;
    const reader = await open(async (message) => {
      const out = await rcS300Firmware(card)(message);
      const left = first ? [escapeAnswer(Uint8Array.of(0, 0, 0, 0, 0, 0, 0x77), 'c003009000 9000')] : [];
      first = false;
      return [...left, ...out];
    });
    expect((await reader.poll(liteS))?.idm[0]).to.equal(1);
  });

  it('finds the frame by its tag even when a length or value is 97', async () => {
    const frame = hex(pollingAnswer('01'));
    const reader = await open(escapeExchange(`c003009000 96029797 5f970100 9712${frame} 9000`));
    expect((await reader.poll(liteS))?.idm[0]).to.equal(1);
  });
});

describe('RC-S380 answers', () => {
  const open = async (answer: Firmware) => openUsbReader(fakeUsb(0x06c3, answer).device);
  const sum = (data: Uint8Array) => -data.reduce((total, byte) => total + byte, 0) & 0xff;
  const frame = (data: string) => {
    const body = bytes(data);
    return hex(Uint8Array.of(0, 0, 0xff, 0xff, 0xff, body.length, 0, -body.length & 0xff, ...body, sum(body), 0));
  };

  it("no answer, and an answer the air has damaged, are silence; other states are the reader's", async () => {
    for (const status of ['80000000', '04000000', '08000000', '02000000', '00000080']) {
      const reader = await open(portExchange(frame(`d705${status}`)));
      expect(await reader.poll(liteS), status).to.equal(undefined);
      expect(await refusal(reader.exchange(bytes('0600ffff0000'), 10)), status).to.equal('CARD_LIFTED');
    }
    for (const status of ['40000000', '00040000', '80020000', '80']) {
      const reader = await open(portExchange(frame(`d705${status}`)));
      expect(await refusal(reader.poll(liteS)), status).to.equal('READER_MESSAGE_MALFORMED');
    }
  });

  it('refuses a wrong checksum, length and end', async () => {
    const good = bytes(frame(`d7050000000008${hex(pollingAnswer('01'))}`));
    expect((await (await open(portExchange(hex(good)))).poll(liteS))?.idm[0]).to.equal(1);
    for (const at of [0, 4, 5, 6, 7, 8, 20, good.length - 2, good.length - 1]) {
      const damaged = good.map((byte, index) => (index === at ? byte ^ 1 : byte));
      const reader = await open(portExchange(hex(damaged)));
      expect(await refusal(reader.poll(liteS)), `byte ${at}`).to.equal('READER_MESSAGE_MALFORMED');
    }
  });

  it('passes over what an earlier page left unread', async () => {
    let first = true;
    const left = [ack, bytes(frame(`d7050000000008${hex(pollingAnswer('09'))}`))];
    const reader = await open(async (message) => {
      const out = await rcS380Firmware(card)(message);
      if (message.length === 6 || !first) return out;
      first = false;
      return [...left, ...out];
    });
    expect((await reader.poll(liteS))?.idm[0]).to.equal(1);
  });

  it('sets itself up byte for byte, and sends the longest wait it can instead of a short one', async () => {
    const { device, sent } = fakeUsb(0x06c3, rcS380Firmware(card));
    const reader = await openUsbReader(device);
    expect(sent.map(hex)).to.deep.equal([
      '0000ff00ff00',
      '0000ffffff0300fdd62a01ff00',
      '0000ffffff0300fdd606002400',
      '0000ffffff0300fdd606002400',
      '0000ffffff0600fad60001010f011800',
      `0000ffffff2800d8d602${'00180101020103000400050006000708080009000a000b000c000e040f001000110012001306'}4b00`,
      '0000ffffff0400fcd60200181000',
    ]);
    await reader.exchange(bytes('0600ffff0100'), 7_000);
    expect(hex(sent.at(-1)?.slice(8, 12))).to.equal('d604ffff');
    await reader.exchange(bytes('0600ffff0100'), 10);
    expect(hex(sent.at(-1))).to.equal('0000ffffff0a00f6d6046e000600ffff0100b300');
  });
});
