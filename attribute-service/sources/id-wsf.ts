import type { KeyObject } from 'node:crypto';
import { nameIdFormats, unspecified } from '../../federation/index.ts';
import {
  childNamed,
  type Recipient,
  type SigningKey,
  textOf,
  type VerificationKey,
  type XmlElement,
  XmlError,
} from '../../lib/xml/index.ts';
import { catalogue } from '../catalogue.ts';
import { parseCoverages } from '../coverage-xml.ts';
import { buildDataQuery, parseDataResponse } from '../dst.ts';
import { SoapFault } from '../faults.ts';
import { newMessageUri } from '../names.ts';
import { buildSoap, readAnswer } from '../soap.ts';
import { issueToken } from '../token.ts';
import { answerMaxBytes, checkAnswer, garbled, noAnswer, type PostToSource, refused, silent } from './answer.ts';
import type { Source, SourceAnswer, SourceRequest } from './source.ts';

const { serviceType, objectType } = catalogue.coverage;

/** The child of the answered object that repeats whom it is about. */
export const subjectElement = 'SubjectID';

/** Long enough for one request and the clocks of both sides, too short to be of use to anybody else. */
const tokenMs = 60_000;

export interface IdWsfSourceOptions extends Pick<Source, 'id' | 'name' | 'deadlineMs'> {
  readonly address: string;
  /** Of the body: audience of the token, Sender of the answers. */
  readonly providerId: string;
  /** The body's registered key: verifies its answers. */
  readonly verify: VerificationKey;
  /** The same body's key and algorithms, for the pseudonym. */
  readonly encryptFor: Recipient;
  /** The hub: issuer of the token, its holder, and Sender of the message. */
  readonly hub: { readonly providerId: string; readonly publicKey: () => KeyObject; readonly key: () => SigningKey };
  readonly post: PostToSource;
  readonly now: () => number;
}

/**
 * A body that is an ID-WSF data service (profile liberty-hok). The hub is the web service consumer and issues its own
 * token: for this body, about one pseudonym that only the body can read, usable with the hub's key alone. How the
 * resident signed in is not the body's business, so the token does not say it.
 */
export function createIdWsfSource(options: IdWsfSourceOptions): Source {
  const { id, name, deadlineMs, address, providerId, verify, post, now } = options;

  async function fetch({ subject, purpose, signal }: SourceRequest): Promise<SourceAnswer> {
    const messageId = newMessageUri();
    const body = await post(address, {
      body: await request(subject, purpose, messageId),
      contentType: 'text/xml; charset=utf-8',
      headers: { soapaction: `"${serviceType}:Query"` },
      // SOAP 1.1 6.2: a fault comes with 500.
      acceptStatus: [200, 500],
      maxBytes: answerMaxBytes,
      signal,
    }).catch((error: unknown) => {
      throw noAnswer({ id }, error);
    });
    return read(body, { subject, messageId });
  }

  async function request(subject: string, purpose: string, messageId: string): Promise<string> {
    const { hub, encryptFor } = options;
    const token = await issueToken({
      issuer: hub.providerId,
      audience: providerId,
      holder: { providerId: hub.providerId, publicKey: hub.publicKey() },
      subject: { nameId: subject, format: nameIdFormats.persistent, encryptFor },
      contextClass: unspecified,
      authenticatedAt: now(),
      key: hub.key(),
      now: now(),
      lifetimeMs: tokenMs,
    });
    const query = buildDataQuery({
      serviceType,
      items: [{ kind: 'query', itemId: 'coverages', path: [{ name: objectType, where: [] }] }],
    });
    const message = { action: `${serviceType}:Query`, to: address, sender: hub.providerId, messageId, token, purpose };
    return buildSoap({ ...message, body: query }, { key: hub.key(), now: now() });
  }

  function read(octets: Uint8Array, { subject, messageId }: { subject: string; messageId: string }): SourceAnswer {
    try {
      const context = { relatesTo: messageId, sender: providerId, keys: [verify], now: now() };
      const { body } = readAnswer(octets, { ...context, garbled: 'SOURCE_GARBLED' });
      return checkAnswer(contentOf(body), { source: { id }, asked: subject, now: now() });
    } catch (error) {
      if (error instanceof SoapFault)
        throw error.outcome === 'unavailable' ? silent({ id }, error) : refused({ id }, `declined with ${error.code}`);
      if (error instanceof XmlError) throw garbled({ id }, 'does not have the agreed form');
      throw error;
    }
  }

  function contentOf(body: XmlElement): { subject: unknown; asOf: unknown; coverages: unknown } {
    if (body.ns !== serviceType) throw garbled({ id }, 'is of another service');
    const { status, data } = parseDataResponse(body);
    const [item, second] = data.flatMap(({ content }) => content);
    if (status.code !== 'OK') throw refused({ id }, 'declined the query');
    if (!item || second || item.ns !== serviceType) throw garbled({ id }, 'has not exactly one object');
    const { coverages, sources } = parseCoverages(item);
    const subject = childNamed(item, serviceType, subjectElement);
    return {
      subject: subject && textOf(subject),
      asOf: sources[0]?.asOf,
      // What the body calls itself is replaced by what the hub registered it as.
      coverages: coverages.map(({ source: _source, ...coverage }) => coverage),
    };
  }

  return { id, name, deadlineMs, fetch };
}
