import { type FelicaReader, openSoftwareReader } from '../../../card-auth/client/index.ts';
import type { View } from './view.ts';

/** Whether the page can reach a reader without the holder's gesture. */
export const canConnect = (view: View): boolean => view.softwareReader !== undefined;

/** The trial's card box by itself; a USB reader once the holder has chosen it. */
export async function connectReader(view: View): Promise<FelicaReader> {
  if (view.softwareReader) return openSoftwareReader(new WebSocket(view.softwareReader));
  throw new TypeError('no reader driver');
}
