import { isUtf8 } from 'node:buffer';
import { inflateRawSync } from 'node:zlib';
import { XmlError } from './errors.ts';
import { indexIds } from './ids.ts';
import { parseTree } from './libxml2.ts';
import type { XmlElement } from './node.ts';

export interface ReadLimits {
  /** Octets of the document; 256 KiB for messages. */
  readonly maxBytes?: number;
  readonly maxDepth?: number;
  /** Elements, texts, attributes and namespace declarations together. */
  readonly maxNodes?: number;
  /** Metadata files may carry comments; messages never. */
  readonly comments?: boolean;
}

export const messageLimits = { maxBytes: 256 * 1024, maxDepth: 64, maxNodes: 10_000, comments: false } as const;

/** Strict base64 (RFC 4648) with the line breaks that POST bindings may carry; what `Buffer.from` would skip is refused. */
export function decodeBase64(text: string, maxBytes: number = messageLimits.maxBytes): Buffer {
  if (text.length > Math.ceil(maxBytes / 3) * 4 * 1.1)
    throw new XmlError('MESSAGE_TOO_LARGE', `the message is larger than ${maxBytes} bytes`);
  const packed = text.replaceAll(/[\r\n\t ]/g, '');
  const bytes = Buffer.from(packed, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== packed)
    throw new XmlError('BASE64_MALFORMED', 'the message is not base64');
  return bytes;
}

/** RFC 1951, bounded: a bomb stops at the limit, and octets after the end are refused. */
export function inflate(bytes: Uint8Array, maxBytes: number = messageLimits.maxBytes): Buffer {
  try {
    // With `info` the engine comes back as well, which tells how much of the input it read.
    const result = inflateRawSync(bytes, { maxOutputLength: maxBytes, info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (result.engine.bytesWritten !== bytes.length)
      throw new XmlError('DEFLATE_MALFORMED', 'octets follow the end of the compressed message');
    return result.buffer;
  } catch (cause) {
    if (cause instanceof XmlError) throw cause;
    const large = cause instanceof RangeError;
    throw new XmlError(large ? 'MESSAGE_TOO_LARGE' : 'DEFLATE_MALFORMED', 'the message cannot be inflated', { cause });
  }
}

/**
 * The one gate for incoming XML: size, octets, markup, parse, shape, IDs, in this order. What comes out is a plain tree
 * of elements and text: no DOCTYPE, comment, CDATA section, processing instruction or entity has reached the parser.
 */
export function readXml(octets: Uint8Array, limits: ReadLimits = {}): XmlElement {
  const { maxBytes, maxDepth, maxNodes, comments } = { ...messageLimits, ...limits };
  if (octets.byteLength > maxBytes)
    throw new XmlError('MESSAGE_TOO_LARGE', `the document is larger than ${maxBytes} bytes`);
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  checkOctets(bytes);
  checkMarkup(bytes, comments);
  const root = parseTree(bytes, { maxDepth, maxNodes });
  indexIds(root);
  return root;
}

function checkOctets(bytes: Buffer): void {
  // A byte order mark inside is read differently by parser and canonicaliser; NUL ends strings early.
  if (!isUtf8(bytes) || bytes.includes(0) || bytes.indexOf('\uFEFF', 1) !== -1) {
    throw new XmlError('OCTETS_NOT_UTF8', 'the document is not clean UTF-8');
  }
}

const declaration =
  /^(?:\uFEFF)?<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.0\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])[Uu][Tt][Ff]-8\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\3)?[ \t\r\n]*\?>/;

/** In UTF-8 XML these octets are exactly DOCTYPE, comment, CDATA and processing instruction. */
function checkMarkup(bytes: Buffer, comments: boolean): void {
  const head = bytes
    .subarray(0, 256)
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '');
  const start = declaration.exec(head)?.[0].length ?? 0;
  const from = start + (bytes[0] === 0xef ? 3 : 0);
  for (let at = bytes.indexOf('<!'); at !== -1; at = bytes.indexOf('<!', at + 2)) {
    if (!comments || bytes.toString('latin1', at, at + 4) !== '<!--') {
      throw new XmlError('MARKUP_FORBIDDEN', 'the document has a DOCTYPE, comment or CDATA section');
    }
  }
  if (bytes.indexOf('<?', from) !== -1)
    throw new XmlError('MARKUP_FORBIDDEN', 'the document has a processing instruction or a second declaration');
}
