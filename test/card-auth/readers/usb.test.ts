import { expect } from 'chai';
import fc from 'fast-check';
import { openUsbReader, ReaderError, usbFilters } from '../../../card-auth/client/index.ts';
import { FelicaError } from '../../../card-auth/felica/frame.ts';
import { createSoftwareCard, factoryMemory, newTransitMemory } from '../../../card-auth/index.ts';
import { refusal } from '../../refusal.ts';
import { fakeUsb, rcS300Firmware, rcS380Firmware } from './fake-usb.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex');
const idm = '012e50e7dac78b47';

const card = createSoftwareCard({
  memory: { liteS: factoryMemory(bytes(idm), bytes('00f1000000014300')), transit: newTransitMemory(0) },
  save: async () => undefined,
});

const readers = [
  { name: 'RC-S300', productId: 0x0dc9, firmware: rcS300Firmware },
  { name: 'RC-S380', productId: 0x06c3, firmware: rcS380Firmware },
] as const;

describe('USB readers', () => {
  for (const { name, productId, firmware } of readers) {
    describe(name, () => {
      const respond = (frame: Uint8Array) => card.respond(frame);
      type Options = Parameters<typeof fakeUsb>[2];
      const open = async (options: Options = {}, answer = respond) => {
        const usb = fakeUsb(productId, firmware(answer), options);
        return { ...usb, reader: await openUsbReader(usb.device) };
      };
      /** Works until the session is set up, then does this to what the host reads. */
      const afterSetUp = (change: (data: Uint8Array) => Uint8Array | 'silent' | 'gone') => {
        let armed = false;
        return { damage: (data: Uint8Array) => (armed ? change(data) : data), arm: () => (armed = true) };
      };

      it('finds a card of the system asked for, passes frames through, and tells silence', async () => {
        const { reader } = await open();
        expect(hex((await reader.poll(0x88b4))?.idm)).to.equal(idm);
        expect(hex((await reader.poll(0x80de))?.idm)).to.equal(`11${idm.slice(2)}`);
        expect(await reader.poll(0x0003)).to.equal(undefined);
        const answer = await reader.exchange(bytes(`1006${idm}010b00018082`), 500);
        expect(hex(answer)).to.equal(`1d07${idm}000001${idm}${'00'.repeat(8)}`);
        expect(await refusal(reader.exchange(bytes('1006ffffffffffffffff010b00018082'), 100))).to.equal('CARD_LIFTED');
      });

      it('turns its field off and on, and goes on with the card', async () => {
        const { reader, sent } = await open();
        const before = sent.length;
        await reader.cycle();
        expect(sent.length, 'it was told to').to.be.above(before);
        expect(hex((await reader.poll(0x88b4))?.idm)).to.equal(idm);
        const [cycling, second] = [reader.cycle(), reader.poll(0x88b4)];
        expect(await refusal(second), 'nothing comes in between').to.equal('READER_BUSY');
        await cycling;
      });

      it('ends its session and closes the device', async () => {
        const { reader, device, sent } = await open();
        const before = sent.length;
        await reader.close();
        expect([device.opened, sent.length > before]).to.deep.equal([false, true]);
        expect(await refusal(reader.poll(0x88b4))).to.equal('READER_ABSENT');
        await reader.close();
      });

      it('does one thing at a time, and tells that another program holds the reader', async () => {
        const { reader } = await open();
        const [first, second] = [reader.poll(0x88b4), reader.poll(0x88b4)];
        expect(await refusal(second)).to.equal('READER_BUSY');
        expect(await first).to.not.equal(undefined);
        expect(await refusal(open({ claimFails: true }))).to.equal('READER_BUSY');
      });

      it('notices that it was unplugged, and is not used again', async () => {
        const { damage, arm } = afterSetUp(() => 'gone');
        const { reader } = await open({ damage });
        arm();
        expect(await refusal(reader.poll(0x88b4))).to.equal('READER_ABSENT');
        expect(await refusal(reader.poll(0x88b4))).to.equal('READER_ABSENT');
        await reader.close();
      });

      it('does not hang on a reader that stays silent', async () => {
        const { damage, arm } = afterSetUp(() => 'silent');
        const { reader } = await open({ damage });
        arm();
        expect(await refusal(reader.exchange(bytes(`1006${idm}010b00018082`), 1))).to.equal('READER_TIMEOUT');
        expect(await refusal(reader.poll(0x88b4)), 'a late answer would be taken for another').to.equal(
          'READER_ABSENT',
        );
      });

      it('refuses whatever else the device says, and throws nothing but its own refusals', async () => {
        const change = fc.record({
          at: fc.nat(60),
          value: fc.nat(255),
          cut: fc.option(fc.nat(60), { nil: undefined }),
          more: fc.uint8Array({ maxLength: 5 }),
        });
        await fc.assert(
          fc.asyncProperty(change, async ({ at, value, cut, more }) => {
            const { damage, arm } = afterSetUp((data) => {
              const changed = Uint8Array.of(...data.slice(0, cut), ...more);
              if (at < changed.length) changed[at] = value;
              return changed;
            });
            const { reader } = await open({ damage });
            arm();
            try {
              await reader.poll(0x88b4);
            } catch (error) {
              if (!(error instanceof ReaderError || error instanceof FelicaError)) throw error;
            }
          }),
          { numRuns: 60 },
        );
      }).timeout(20_000);
    });
  }

  it('offers exactly the devices it has a driver for', async () => {
    expect(usbFilters.map(({ productId }) => productId.toString(16))).to.deep.equal(['dc8', 'dc9', '6c1', '6c3']);
    const unknown = fakeUsb(0x1234, async () => []);
    expect(() => openUsbReader(unknown.device)).to.throw(ReaderError);
  });
});
