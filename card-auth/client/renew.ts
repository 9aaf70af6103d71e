import { type FelicaReader, ReaderError } from '../readers/reader.ts';
import { concat } from './bytes.ts';
import { ckvBlockOf } from './card-layout.ts';
import { blocks, blocksOf, liteSCard, macBlockOf, systemCodes } from './lite-s.ts';
import { type PossessionMessage, toBytes, toText } from './sign-in.ts';
import { ckRequestOctets, createRecipient } from './station-request.ts';

/** The card's word, and the station's request for the next key, in case that is what comes next. */
export interface RenewalMessage extends PossessionMessage {
  readonly station: string;
  readonly target: number;
  readonly recipient: string;
  readonly signature: string;
}

/** What the hub answers to the card's word: the one write that comes next, each with the MAC that the card wants. */
export type RenewalStep =
  | { readonly step: 'key'; readonly sealed: string; readonly mac: string }
  | { readonly step: 'version'; readonly mac: string }
  | { readonly step: 'done' };

/** The hub as the station sees it, for one card; binary fields as base64url. */
export interface RenewalHub {
  start(): Promise<{ sid: string }>;
  tap(message: { sid: string }): Promise<{ rc: string }>;
  next(message: RenewalMessage): Promise<RenewalStep>;
}

export interface RenewOptions {
  readonly reader: FelicaReader;
  readonly hub: RenewalHub;
  /** Id of the card's record, and the version that it is to get. */
  readonly card: string;
  readonly target: number;
  readonly station: { readonly id: string; readonly sign: (octets: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> };
}

/** Key, version, and the card's word for both. */
const roundsMax = 3;

/**
 * Moves the card that lies on the reader to the next version of its key. The hub reads off the card what has to be
 * written next, so this may be repeated after it broke off anywhere. CARD_ABSENT; CARD_DAMAGED: it does not come to an end.
 */
export async function renewKey(options: RenewOptions): Promise<void> {
  const { reader, hub } = options;
  const lying = await reader.poll(systemCodes.liteS);
  if (!lying) throw new ReaderError('CARD_ABSENT', 'no card lies on the reader');
  const { sid } = await hub.start();
  for (let round = 0; round < roundsMax; round += 1) if (await turn(options, lying.idm, sid)) return;
  throw new ReaderError('CARD_DAMAGED', 'the card does not keep what is written');
}

/** One rc: the card's word, and the write that follows from it. True at the end. */
async function turn({ reader, hub, card, target, station }: RenewOptions, idm: Uint8Array, sid: string) {
  const { write } = blocksOf(reader, idm);
  const { rc } = await hub.tap({ sid });
  const { id, ckv, wcnt1, mac1 } = await liteSCard(reader, idm).provePossession(toBytes(rc));
  const { recipient, open } = await createRecipient();
  const request = { purpose: 'renew', station: station.id, task: card, id, ckv: target, recipient } as const;
  const answer = await hub.next({
    sid,
    id: toText(id),
    ckv,
    wcnt1,
    mac1: toText(mac1),
    station: station.id,
    target,
    recipient: toText(recipient),
    signature: toText(await station.sign(ckRequestOctets(request))),
  });
  if (answer.step === 'done') return true;
  const macBlock = macBlockOf(toBytes(answer.mac), wcnt1);
  if (answer.step === 'version') {
    await write([blocks.ckv, blocks.macA], concat(ckvBlockOf(target), macBlock));
    return false;
  }
  const ck = await open(request, toBytes(answer.sealed));
  try {
    await write([blocks.ck, blocks.macA], concat(ck, macBlock));
  } finally {
    ck.fill(0);
  }
  return false;
}
