import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Settings } from '../config/index.ts';
import { OutgoingError } from '../lib/outgoing.ts';

export type BodyTls = () => Promise<Pick<SecureContextOptions, 'cert' | 'key' | 'ca'> | undefined>;

/**
 * R140: how the hub shows bodies who asks, where they demand a certificate. Read at each question, so that a renewed
 * certificate needs no restart; while the files are not usable nobody is asked, and the fault names the bodies.
 */
export function createBodyTls(settings: Settings['bodyTls']): BodyTls {
  if (!settings) return async () => undefined;
  return async () => {
    const { certificate, key, ca } = settings;
    try {
      const [ours, its, theirs] = await Promise.all(
        [certificate, key, ...(ca ? [ca] : [])].map((file) => readFile(file)),
      );
      const options = { cert: ours, key: its, ...(theirs ? { ca: theirs } : {}) };
      createSecureContext(options);
      return options;
    } catch (cause) {
      throw new OutgoingError('UNREACHABLE', `the hub’s own certificate in ${certificate} is not usable`, { cause });
    }
  };
}
