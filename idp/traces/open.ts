import type { Settings } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import type { Storage } from '../../storage/index.ts';
import {
  createTraces,
  type RingRecord,
  ringCollection,
  type TraceRecord,
  type Traces,
  traceCollection,
} from './store.ts';

/** The traces of a hub on its store. */
export function openTraces({
  settings,
  storage,
  log,
  now,
}: {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly log: Log;
  readonly now: () => number;
}): Traces {
  return createTraces({
    records: storage.collection<TraceRecord>(traceCollection),
    ring: storage.collection<RingRecord>(ringCollection),
    settings: settings.traces,
    log,
    now,
  });
}
