import type { Duplex } from 'node:stream';
import { fromBase64url, toBase64url } from '../lib/bytes.ts';
import type { KeyServiceChannel } from './card-key-channel.ts';

/** Far more than the longest call; whoever sends more is cut off. */
const longestLine = 16_384;

/** Octets as an object of one field, since JSON has none. */
function packed(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: toBase64url(value) };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packed(inner)]));
  return value;
}

function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'octets' && typeof only[1] === 'string') return octetsOf(only[1]);
  return Object.fromEntries(entries.map(([key, inner]) => [key, unpacked(inner)]));
}

function octetsOf(text: string): Uint8Array {
  const octets = fromBase64url(text);
  if (!octets) throw new TypeError('the octets of a message are no base64url');
  return octets;
}

/**
 * A channel over a stream: one JSON value on each line. The format has no classes and no references, so that a hub in
 * wrong hands has nothing to play with; a line that is none, or too long, ends the stream.
 */
export function streamChannel(stream: Duplex): KeyServiceChannel {
  const listeners: ((message: unknown) => void)[] = [];
  let rest = '';
  stream.setEncoding('utf8');
  // What is lost with the stream is told by its end.
  stream.on('error', () => undefined);
  const read = (chunk: string): void => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    try {
      if (rest.length > longestLine) throw new RangeError('a message to the key service is too long');
      for (const line of lines) for (const listener of listeners) listener(unpacked(JSON.parse(line)));
    } catch (error) {
      stream.destroy(error instanceof Error ? error : undefined);
    }
  };
  return {
    post: (message) => void (stream.writable && stream.write(`${JSON.stringify(packed(message))}\n`)),
    onMessage: (listener) => {
      // Nothing is read, and so nothing lost, before somebody listens.
      if (listeners.push(listener) === 1) stream.on('data', read);
    },
    onEnd: (listener) => void stream.once('close', listener),
  };
}
