import { z } from 'zod';
import { SettingsError } from './errors.ts';
import type { Settings } from './settings.ts';

/**
 * What a listener can serve: pages of residents with the protocol endpoints that browsers meet; OIDC endpoints that
 * parties' servers call; forms behind a set-up link; the console; the administration API; the SOAP endpoint; health.
 */
export const faces = ['pages', 'tokens', 'setup', 'console', 'api', 'id-wsf', 'health'] as const;
export type Face = (typeof faces)[number];

/** Faces that no browser with a cookie meets, so that they may have an address of their own. */
const machineFaces: readonly Face[] = ['tokens', 'api', 'id-wsf', 'health'];

const network = z
  .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
  .refine((text) => !text.endsWith('/0'), 'this trusts everybody');

const Tls = z.strictObject({
  certificate: z
    .string()
    .min(1)
    .describe('PEM file: the certificate of the listener and what leads to its authority, the own one first.'),
  key: z.string().min(1).describe('PEM file with the private key.'),
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  checkSeconds: z
    .number()
    .positive()
    .default(5)
    .describe('How often the files are looked at; a new pair counts without a restart.'),
});

const BehindProxy = z.strictObject({
  trusted: z
    .array(network)
    .min(1)
    .describe(
      'Addresses or networks of the proxies that end TLS in front; what others say about forwarding is ignored.',
    ),
  header: z
    .enum(['x-forwarded', 'forwarded'])
    .default('x-forwarded')
    .describe(
      'What the proxies write: X-Forwarded-For and X-Forwarded-Proto, or Forwarded (RFC 7239). The other one is ignored, because a proxy passes on what a visitor put there.',
    ),
});

/** One address at which the hub listens, and what may be reached there. */
export const Listener = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65535).default(8080),
    origin: z
      .url({ protocol: /^https?$/ })
      .refine((url) => new URL(url).origin === url, 'the origin has no path and no trailing slash')
      .optional()
      .describe('Under which address parties’ servers reach this listener; without it, under the origin of the hub.'),
    serves: z
      .array(z.enum(faces))
      .min(1)
      .default([...faces])
      .describe('Everything else is not there: a plain 404.'),
    tls: Tls.optional(),
    clientCertificates: z
      .strictObject({
        ca: z.string().min(1).describe('PEM file with the authorities whose certificates are let in.'),
      })
      .optional()
      .describe('Nobody gets in without a certificate, and parties’ servers only with one of their registration.'),
    behindProxy: BehindProxy.optional(),
  })
  .refine(({ clientCertificates, tls }) => !clientCertificates || tls, {
    error: 'clientCertificates need tls: only who ends TLS sees them',
  })
  .refine(({ clientCertificates, behindProxy }) => !(clientCertificates && behindProxy), {
    error: 'behind a proxy the certificate is the proxy’s: demand it on a listener that parties reach directly',
  })
  .refine(({ origin, serves }) => !origin || serves.every((face) => machineFaces.includes(face)), {
    error: `a listener with an origin of its own serves nothing but ${machineFaces.join(', ')}: cookies belong to the hub’s origin`,
  });

export type Listener = z.output<typeof Listener>;

/** What one listener takes before it stops waiting. */
export const Connections = z.strictObject({
  headerSeconds: z.number().positive().default(10).describe('Until the head of a request has to be complete.'),
  requestSeconds: z.number().positive().default(30).describe('The same for the whole request.'),
  keepAliveSeconds: z.number().positive().default(15).describe('How long a connection may wait for its next request.'),
  headerBytes: z
    .int()
    .min(8192)
    .default(16_384)
    .describe('Largest head of a request; messages in an address (SAML redirects) need room.'),
  most: z.int().positive().default(5000).describe('Open connections of one listener; beyond, new ones are closed.'),
  mostPerAddress: z
    .int()
    .positive()
    .default(500)
    .describe('The same for one address; proxies that are trusted are not counted.'),
  drainSeconds: z
    .number()
    .min(0)
    .default(20)
    .describe('How long the end waits for requests under way; what is not answered then is cut off.'),
});

/** The listeners of these settings: the list, or else the one that `listen` describes. */
export function listenersOf({ listen, listeners }: Pick<Settings, 'listen' | 'listeners'>): readonly Listener[] {
  return listeners ?? [listen];
}

/** Under which origin a face is reached by parties’ servers: the hub’s own wherever a listener has no other. */
export function originOf(settings: Pick<Settings, 'listen' | 'listeners' | 'origin'>, face: Face): string {
  const serving = listenersOf(settings).filter(({ serves }) => serves.includes(face));
  return serving.some(({ origin }) => !origin) ? settings.origin : (serving[0]?.origin ?? settings.origin);
}

/** Nothing but the health of the hub goes over a line that others can read. */
export function checkTransport(settings: Settings): void {
  for (const { host, port, tls, behindProxy, origin, serves } of listenersOf(settings)) {
    const place = `the listener ${host}:${port}`;
    if (!tls && !behindProxy && serves.some((face) => face !== 'health'))
      throw new SettingsError(
        'SETTINGS_UNSAFE',
        `production needs TLS: give ${place} "tls" with certificate and key, or "behindProxy" with the addresses of the proxy that ends TLS in front of it`,
      );
    if (origin?.startsWith('http:'))
      throw new SettingsError('SETTINGS_UNSAFE', `production needs an https origin: change the one of ${place}`);
  }
}
