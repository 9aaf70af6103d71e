import { openRcS300, rcS300ProductIds } from './rc-s300.ts';
import { openRcS380, rcS380ProductIds } from './rc-s380.ts';
import { type FelicaReader, ReaderError } from './reader.ts';

const sony = 0x054c;

/** What a browser is asked to offer: the readers that have a driver here. */
export const usbFilters = [...rcS300ProductIds, ...rcS380ProductIds].map((productId) => ({
  vendorId: sony,
  productId,
}));

/** Opens whichever reader the holder chose. */
export function openUsbReader(device: USBDevice): Promise<FelicaReader> {
  if (rcS300ProductIds.includes(device.productId)) return openRcS300(device);
  if (rcS380ProductIds.includes(device.productId)) return openRcS380(device);
  throw new ReaderError('READER_ABSENT', 'there is no driver for this device');
}
