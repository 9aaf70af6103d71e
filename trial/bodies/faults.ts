import { z } from 'zod';
import { HubError } from '../../lib/errors.ts';

export class FaultError extends HubError<'FAULT_UNKNOWN'> {
  constructor() {
    super('FAULT_UNKNOWN', 'invalid', 'this body has no such fault');
  }
}

/** How a body misbehaves on demand, so that one can see what the hub makes of it. */
const faultModes = [
  'none',
  'delay',
  'hang',
  'close',
  'garbage',
  'refuse',
  'other-person',
  'mixed-records',
  'unsigned',
] as const;
export type FaultMode = (typeof faultModes)[number];

const maxDelayMs = 60_000;
const Fault = z.strictObject({
  mode: z.enum(faultModes),
  ms: z.int().min(0).max(maxDelayMs).optional(),
});
export type Fault = z.output<typeof Fault>;

/** A body that signs nothing has no signature to leave out. */
export function createFaults({ signs }: { signs: boolean }) {
  let fault: Fault = { mode: 'none' };

  function set(wanted: unknown): void {
    const next = Fault.safeParse(wanted);
    if (!next.success || (next.data.mode === 'unsigned' && !signs)) throw new FaultError();
    fault = next.data;
  }

  return { get: () => fault, set, signs };
}

export type Faults = ReturnType<typeof createFaults>;
