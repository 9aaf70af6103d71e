import type Router from '@koa/router';
import type { Context } from 'koa';
import {
  buildSoap,
  faultAction,
  faultBody,
  type ReceivedSoap,
  readRequest,
  SoapFault,
  verifyToken,
} from '../../attribute-service/index.ts';
import { FederationError, type KeyRing, type ProviderRegistry, type ReplayGuard } from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { verificationKey, type XmlElement, XmlError } from '../../lib/xml/index.ts';
import { httpStatusOf } from '../errors.ts';
import { readBody } from '../guards.ts';
import type { KeyUses } from '../key-use.ts';
import { type Connection, connectionOf } from '../listeners/arrival.ts';
import { comesByOwnConnection } from '../listeners/party-certificate.ts';
import { noteRefusal } from '../traces/notes.ts';
import { traceOf } from '../traces/trace.ts';
import { askingPartyOf } from './asking-party.ts';
import type { IdWsf } from './id-wsf.ts';

export interface SoapRoutesOptions {
  readonly entityId: string;
  readonly soapUrl: string;
  readonly registry: ProviderRegistry;
  readonly keys: KeyRing;
  readonly replay: ReplayGuard;
  readonly idWsf: IdWsf;
  readonly keyUses: Pick<KeyUses, 'note'>;
  readonly log: Log;
  readonly now: () => number;
}

const bodyMaxBytes = 256 * 1024;

/**
 * The one SOAP endpoint. Every answer is signed, refusals too. A fault goes with the HTTP status of its meaning, not
 * with the 500 of SOAP 1.1 section 6.2: whoever watches the hub must be able to tell a refused message from a broken
 * hub, and SOAP 1.2 and our own consumer read faults under 4xx.
 */
export function soapRoutes(options: SoapRoutesOptions): (router: Router) => void {
  const { log } = options;
  return (router) => {
    router.post('/soap', async (ctx) => {
      const octets = await readBody(ctx, { maxBytes: bodyMaxBytes, types: ['text/xml', 'application/soap+xml'] });
      let relatesTo: string | undefined;
      let sender: string | undefined;
      traceOf(ctx).note('request', () => ({ protocol: 'id-wsf', endpoint: 'soap', provider: sender }));
      try {
        const request = await receive(octets, options);
        relatesTo = request.messageId;
        sender = request.sender;
        await send(ctx, await answerTo(request, connectionOf(ctx), options), relatesTo, options);
      } catch (error) {
        const fault = faultFrom(error, relatesTo);
        noteRefusal(traceOf(ctx), { error: fault, told: 'program' });
        const trace = traceOf(ctx).keep();
        ctx.set('sanuki-trace', trace);
        const isBug = fault.code === 'UnexpectedError';
        if (isBug) log.error({ trace, err: error }, 'a bug reached the edge');
        else log.info({ trace, code: fault.code, reason: fault.message, cause: causeCode(fault) }, 'refused');
        ctx.status = isBug ? 500 : httpStatusOf(fault);
        await send(ctx, faultBody(fault), fault.relatesTo ?? relatesTo, options);
      }
    });
  };
}

function receive(octets: Uint8Array, options: SoapRoutesOptions): Promise<ReceivedSoap> {
  const { entityId, soapUrl, registry, keys, replay, now } = options;
  const issuerKeys = keys.published('saml').map(({ publicKey }) => verificationKey(publicKey));
  return readRequest(octets, {
    to: soapUrl,
    keysOf: async (providerId) => (await askingPartyOf(registry, providerId)).keys,
    token: (element) => verifyToken(element, { issuer: entityId, issuerKeys, audience: entityId, now: now() }),
    replay,
    now: now(),
  });
}

async function answerTo(
  request: ReceivedSoap,
  connection: Connection,
  { registry, idWsf, keyUses }: SoapRoutesOptions,
): Promise<XmlElement> {
  const party = await askingPartyOf(registry, request.sender);
  if (!comesByOwnConnection(party.record, connection))
    throw new SoapFault('InappropriateCredentials', 'the certificate of the connection is not of the sender');
  // The message was signed with exactly the key that its token confirms.
  if (request.token) keyUses.note(party.record.id, request.token.holder);
  return idWsf.answer(request, party);
}

async function send(
  ctx: Context,
  body: XmlElement,
  relatesTo: string | undefined,
  { entityId, keys, now }: SoapRoutesOptions,
): Promise<void> {
  const action = body.name === 'Fault' ? faultAction : `${body.ns}:${body.name}`;
  const message = { action, sender: entityId, relatesTo, body };
  ctx.set('cache-control', 'no-store');
  ctx.type = 'text/xml; charset=utf-8';
  ctx.body = await buildSoap(message, { key: keys.samlKey(), now: now() });
}

/** A malformed query is the sender's; what nobody foresaw is ours. */
function faultFrom(error: unknown, relatesTo: string | undefined): SoapFault {
  if (error instanceof SoapFault) return error;
  if (error instanceof XmlError)
    return new SoapFault('IDStarMsgNotUnderstood', error.message, { cause: error, relatesTo });
  if (error instanceof FederationError)
    return new SoapFault('ProviderIDNotValid', error.message, { cause: error, relatesTo });
  const cause = error instanceof Error ? { cause: error } : {};
  return new SoapFault('UnexpectedError', 'the service failed', { ...cause, relatesTo });
}

const causeCode = ({ cause }: SoapFault) => (cause instanceof HubError ? cause.code : undefined);
