import type { Journal } from '../storage/index.ts';
import type { Happenings } from './happenings.ts';

/** Facts of one audited act. Attribute names, never values; pseudonyms, never names; no secret of any kind. */
export interface AuditEvent {
  readonly type: string;
  readonly result: 'ok' | 'refused';
  readonly trace?: string | undefined;
  readonly provider?: string | undefined;
  readonly pseudonym?: string | undefined;
  readonly card?: string | undefined;
  readonly code?: string | undefined;
  /** Id of the administrator who acted, or the command on the hub's own machine. */
  readonly actor?: string | undefined;
  readonly detail?: Readonly<Record<string, string | number | boolean | readonly string[]>> | undefined;
}

export interface AuditOptions {
  readonly journal: Pick<Journal, 'append'>;
  /** Where the holder of a card finds what concerns it. */
  readonly happenings?: Pick<Happenings, 'note'> | undefined;
  readonly now?: () => number;
}

/** The append-only record of what the hub did; resolves when the record is durable. */
export function createAudit({ journal, happenings, now = Date.now }: AuditOptions) {
  async function record(event: AuditEvent): Promise<void> {
    await Promise.all([journal.append({ at: now(), ...withoutUndefined(event) }), happenings?.note(event)]);
  }
  return { record };
}

function withoutUndefined(event: AuditEvent): Record<string, unknown> {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}

export type Audit = ReturnType<typeof createAudit>;
