import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { type CkRequest, ckRequestOctets, createRecipient } from '../../card-auth/client/index.ts';
import { readMac, sessionKey } from '../../card-auth/felica/lite-s-mac.ts';
import type { CardKeyService, ReadProof } from '../../card-auth/index.ts';

type Asked = Pick<CkRequest, 'id' | 'ckv'> & Partial<CkRequest>;

async function requestOf(purpose: CkRequest['purpose'], privateKey: KeyObject, asked: Asked) {
  const { recipient, open } = await createRecipient();
  const request = { purpose, station: 'local', task: 'task', recipient, ...asked };
  const signature = new Uint8Array(sign(null, ckRequestOctets(request), privateKey));
  return { request, signature, open: (sealed: Uint8Array) => open(request, sealed) };
}

/** Asks for a card key as a station does, and opens the answer. */
export async function askCk(
  service: Pick<CardKeyService, 'issueCk'>,
  privateKey: KeyObject,
  asked: Asked,
): Promise<Uint8Array> {
  const { request, signature, open } = await requestOf('issue', privateKey, asked);
  return open(await service.issueCk(request, signature));
}

/** The same for the next key of a card that lies there; beside it the MAC of its write. */
export async function askNextCk(
  service: Pick<CardKeyService, 'renewCk'>,
  privateKey: KeyObject,
  { proof, ...asked }: Omit<Asked, 'id'> & { readonly proof: ReadProof },
) {
  const { request, signature, open } = await requestOf('renew', privateKey, { ...asked, id: proof.id });
  const { sealed, mac } = await service.renewCk(request, signature, proof);
  return { ck: await open(sealed), mac };
}

/** What a card says of itself under its key: ID, CKV and WCNT. */
export function saidBy({
  id,
  ckv,
  ck,
  wcnt,
}: {
  id: Uint8Array;
  ckv: number;
  ck: Uint8Array;
  wcnt: number;
}): ReadProof {
  const rc = new Uint8Array(randomBytes(16));
  const [version, count] = [Buffer.alloc(16), Buffer.alloc(16)];
  version.writeUInt16LE(ckv);
  count.writeUIntLE(wcnt, 0, 3);
  const data = new Uint8Array(Buffer.concat([id, version, count]));
  const blocks = [0x82, 0x86, 0x90];
  return { id, ckv, rc, blocks, data, mac: readMac(sessionKey(ck, rc), rc, blocks, data) };
}
