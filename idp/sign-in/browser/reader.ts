import {
  type FelicaReader,
  openSoftwareReader,
  openUsbReader,
  ReaderError,
  usbFilters,
} from '../../../card-auth/client/index.ts';

/** What the page has to offer for a reader. */
interface ReaderPage {
  readonly softwareReader: string | undefined;
  /** Resolves with the holder's press that a browser wants before it gives a USB device. */
  askConnect(): Promise<void>;
}

/** Whether the page can reach a reader without the holder's gesture. */
export const canConnect = ({ softwareReader }: Pick<ReaderPage, 'softwareReader'>): boolean =>
  softwareReader !== undefined;

/** The trial's card box by itself; a USB reader that was allowed before, or that the holder now chooses. */
export async function connectReader(view: ReaderPage): Promise<FelicaReader> {
  if (view.softwareReader) return openSoftwareReader(new WebSocket(view.softwareReader));
  if (!('usb' in navigator)) throw new ReaderError('READER_UNSUPPORTED', 'this browser does not open USB readers');
  await view.askConnect();
  return openUsbReader(await chosenDevice());
}

async function chosenDevice(): Promise<USBDevice> {
  const known = (await navigator.usb.getDevices()).find(({ vendorId, productId }) =>
    usbFilters.some((filter) => filter.vendorId === vendorId && filter.productId === productId),
  );
  if (known) return known;
  try {
    return await navigator.usb.requestDevice({ filters: usbFilters });
  } catch (cause) {
    throw new ReaderError('READER_ABSENT', 'no reader was chosen', { cause });
  }
}
