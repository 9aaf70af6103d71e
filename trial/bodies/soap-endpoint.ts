import type { KeyObject } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import {
  buildCoverages,
  buildDataResponse,
  buildSoap,
  catalogue,
  type DataQuery,
  faultAction,
  faultBody,
  parseDataQuery,
  type ReceivedSoap,
  readRequest,
  SoapFault,
  subjectElement,
  verifyToken,
} from '../../attribute-service/index.ts';
import { createReplayGuard, type UsedId, usedIdCollection } from '../../federation/index.ts';
import { readAtMost } from '../../lib/body.ts';
import type { Log } from '../../lib/log.ts';
import {
  dsNamespace,
  elementFactory,
  elementsOf,
  readXml,
  type SigningKey,
  type VerificationKey,
  writeXml,
  type XmlElement,
  XmlError,
} from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import type { Text } from '../../web/index.ts';
import type { Fault, Faults } from './faults.ts';
import type { Holding, Holdings } from './holdings.ts';
import { misbehave } from './misbehave.ts';

export interface SoapEndpointOptions {
  /** Registration of this body, and its name beside the data. */
  readonly id: string;
  readonly name: Text;
  readonly providerId: string;
  readonly address: string;
  /** Signs answers; its RSA key opens the pseudonym. */
  readonly key: SigningKey & { readonly privateKey: KeyObject };
  /** providerID and keys of the one party that may ask, from its metadata. */
  readonly hub: () => Promise<{ readonly providerId: string; readonly keys: readonly VerificationKey[] }>;
  readonly holdings: Holdings;
  readonly log: Log;
  readonly now: () => number;
}

const { serviceType, objectType } = catalogue.coverage;
const coverage = elementFactory('ds', serviceType);
const requestMaxBytes = 256 * 1024;

/** The ID-WSF data service of a body: the profile liberty-hok, one consumer (the hub), coverage only. */
export function soapEndpoint(options: SoapEndpointOptions): (faults: Faults) => Middleware {
  const { providerId, key, holdings, log, now } = options;
  const read = createReader(options);

  /** Signed like every answer; what a fault says is chosen by its code. */
  async function send(
    ctx: Context,
    message: { action: string; body: XmlElement; relatesTo?: string | undefined },
    fault?: Fault,
  ) {
    const signed = await buildSoap({ ...message, sender: providerId }, { key, now: now() });
    ctx.type = 'text/xml';
    ctx.set('cache-control', 'no-store');
    ctx.body = fault ? spoilt(signed, fault) : signed;
  }

  async function answer(ctx: Context, { body, messageId, token, purpose = '' }: ReceivedSoap, fault: Fault) {
    const query = queryOf(body);
    const holding = await holdings(token?.nameId ?? '', purpose, fault.mode);
    log.info({ requestId: messageId, purpose, said: holding.kind }, 'asked by the hub');
    const response = responseOf(query, holding, options);
    await send(ctx, { action: `${serviceType}:QueryResponse`, body: response, relatesTo: messageId }, fault);
  }

  return (faults) => async (ctx) => {
    try {
      const request = await read((await readAtMost(ctx.req, requestMaxBytes)) ?? Buffer.alloc(0));
      const fault = faults.get();
      if (!(await misbehave(ctx, fault))) await answer(ctx, request, fault);
    } catch (error) {
      if (!(error instanceof SoapFault)) throw error;
      log.info({ code: error.code, reason: error.message }, 'refused');
      ctx.status = 500;
      await send(ctx, { action: faultAction, body: faultBody(error), relatesTo: error.relatesTo });
    }
  };
}

function createReader({ providerId, address, key, hub, now }: SoapEndpointOptions) {
  const replay = createReplayGuard({ used: createMemoryStorage({ now }).collection<UsedId>(usedIdCollection) });
  return async (octets: Uint8Array): Promise<ReceivedSoap> => {
    const known = await hub();
    return readRequest(octets, {
      to: address,
      keysOf: async (sender) => (sender === known.providerId ? known.keys : []),
      token: (element) =>
        verifyToken(element, {
          issuer: known.providerId,
          issuerKeys: known.keys,
          audience: providerId,
          decryptionKeys: [key.privateKey],
          now: now(),
        }),
      replay,
      now: now(),
    });
  };
}

function queryOf(body: XmlElement): DataQuery {
  try {
    const query = parseDataQuery(body);
    if (query.serviceType === serviceType) return query;
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
  }
  throw new SoapFault('IDStarMsgNotUnderstood', 'the body answers queries of coverage');
}

/** Every query item gets the whole object: the hub picks out what it was asked for. */
function responseOf(query: DataQuery, holding: Holding, { id, name, now }: SoapEndpointOptions): XmlElement {
  const head = { serviceType, itemIdRef: query.itemId, form: query.form, at: now(), tests: [] };
  const items = query.items.filter(({ kind }) => kind === 'query');
  if (holding.kind === 'refused' || items.length === 0) {
    const code = holding.kind === 'refused' ? 'ActionNotAuthorized' : 'UnspecifiedError';
    return buildDataResponse({ ...head, status: { code: 'Failed', nested: [{ code, nested: [] }] }, data: [] });
  }
  const { asOf, subject } = holding;
  const { element } = buildCoverages({
    coverages: holding.coverages.map((one) => ({ ...one, source: id })),
    sources: [{ id, name, state: 'answered', asOf }],
  });
  const about = coverage(subjectElement, {}, [subject]);
  const content = [coverage(objectType, {}, [...element.children, about])];
  const data = items.map(({ itemId }) => ({ itemId, content }));
  return buildDataResponse({ ...head, status: { code: 'OK', nested: [] }, data });
}

/** The faults that only a written answer can have. */
function spoilt(signed: string, { mode }: Fault): string {
  if (mode === 'garbage') return signed.slice(0, -20);
  return mode === 'unsigned' ? writeXml(withoutSignature(readXml(Buffer.from(signed)))) : signed;
}

function withoutSignature(element: XmlElement): XmlElement {
  const unsigned = elementsOf(element).find(({ ns, name }) => ns === dsNamespace && name === 'Signature');
  const children = element.children
    .filter((child) => child !== unsigned)
    .map((child) => (typeof child === 'string' ? child : withoutSignature(child)));
  return { ...element, children };
}
