import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { duplexPair } from 'node:stream';
import { connect, createSecureContext, type SecureContext, type SecureContextOptions, TLSSocket } from 'node:tls';
import type { Listener } from '../../config/index.ts';
import type { Log } from '../../lib/log.ts';
import { HubPageError } from '../errors.ts';

export type TlsListener = Listener & { readonly tls: NonNullable<Listener['tls']> };

/** What a listener shows and whom it lets in, as read from its files. */
interface KeyPair {
  readonly options: SecureContextOptions;
  /** SHA-256 of what was read: the same octets are not tried twice. */
  readonly digest: string;
  /** Serial number and end of the certificate, for the log. */
  readonly shown: { readonly serial: string; readonly until: string };
}

/** TLS 1.3 is chosen wherever both sides have it; of 1.2 only forward secrecy with authenticated encryption (RFC 9325 4.2). */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/**
 * Reads the files of a listener; rejects with TLS_FILES_UNUSABLE when they do not belong together or are half written.
 * What was `proven` before, by its digest, is not tried again.
 */
export async function readKeyPair(
  { tls, clientCertificates }: TlsListener,
  now: () => number,
  proven?: string,
): Promise<KeyPair> {
  const files = [tls.certificate, tls.key, ...(clientCertificates ? [clientCertificates.ca] : [])];
  const [certificate = '', key = '', ca] = await Promise.all(files.map(readText));
  const digest = createHash('sha256')
    .update(JSON.stringify([certificate, key, ca]))
    .digest('base64url');
  const [own] = certificatesIn(certificate, tls.certificate);
  if (clientCertificates) certificatesIn(ca ?? '', clientCertificates.ca);
  if (own.validToDate.getTime() <= now()) throw unusable(`the certificate in ${tls.certificate} has expired`);
  const options: SecureContextOptions = {
    cert: certificate,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: tls.minVersion,
    ciphers,
    honorCipherOrder: true,
  };
  try {
    if (digest !== proven) await shakeHands(createSecureContext(options));
  } catch (cause) {
    throw unusable(`the key in ${tls.key} and the certificate in ${tls.certificate} do not make a pair`, { cause });
  }
  return { options, digest, shown: { serial: own.serialNumber, until: own.validToDate.toISOString() } };
}

const handshakeMs = 5_000;

/**
 * A handshake of the pair with itself, in memory: some faults of a certificate (a public key that is no point of its
 * curve, an unknown algorithm) are found only when it is to be shown, which then would be to everybody.
 */
async function shakeHands(secureContext: SecureContext): Promise<void> {
  const [near, far] = duplexPair();
  const server = new TLSSocket(near, { isServer: true, secureContext });
  // Nobody is trusted here: it is only looked whether the certificate can be shown and the key can sign.
  const client = connect({ socket: far, rejectUnauthorized: false });
  server.on('error', (error) => client.destroy(error));
  try {
    await once(client, 'secureConnect', { signal: AbortSignal.timeout(handshakeMs) });
  } finally {
    client.destroy();
    server.destroy();
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unusable(`the file ${file} cannot be read`, { cause });
  }
}

const begin = '-----BEGIN CERTIFICATE-----';
const whole = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** OpenSSL takes what it can read and leaves the rest; a file that somebody is still writing is not taken at all. */
function certificatesIn(text: string, file: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(whole) ?? [];
  if (blocks.length !== text.split(begin).length - 1) throw unusable(`the file ${file} ends inside a certificate`);
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (!first) throw unusable(`the file ${file} holds no certificate`);
    return [first, ...others];
  } catch (cause) {
    if (cause instanceof HubPageError) throw cause;
    throw unusable(`the file ${file} holds something else than certificates`, { cause });
  }
}

const unusable = (message: string, options?: ErrorOptions) => new HubPageError('TLS_FILES_UNUSABLE', message, options);

/**
 * Looks at the files from time to time and hands over each new pair that is whole. Polled and not watched: renewals
 * swap symbolic links and whole folders, which a watch on a file does not see.
 */
export function followKeyPair(
  listener: TlsListener,
  {
    first,
    apply,
    log,
    now,
  }: { first: KeyPair; apply: (options: SecureContextOptions) => void; log: Log; now: () => number },
): { stop: () => void } {
  const place = `${listener.host}:${listener.port}`;
  let current = first.digest;
  let complaint: string | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const read = await readKeyPair(listener, now, current);
      if (read.digest !== current && !stopped) {
        apply(read.options);
        log.info({ listener: place, ...read.shown }, 'the listener has a new certificate');
      }
      current = read.digest;
      complaint = undefined;
    } catch (error) {
      if (!(error instanceof HubPageError)) throw error;
      if (error.message !== complaint)
        log.error(
          { listener: place, reason: error.message },
          'the listener keeps its certificate: the files are not usable',
        );
      complaint = error.message;
    }
  }

  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((err: unknown) => log.error({ err, listener: place }, 'the certificate could not be looked at'))
      .finally(() => {
        looking = false;
      });
  }, listener.tls.checkSeconds * 1000);
  timer.unref();
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}
