import { type KeyObject, sign } from 'node:crypto';
import { type CkRequest, ckRequestOctets, createRecipient } from '../../card-auth/client/index.ts';
import type { CardKeyService } from '../../card-auth/index.ts';

/** Asks for a card key as a station does, and opens the answer. */
export async function askCk(
  service: Pick<CardKeyService, 'issueCk'>,
  privateKey: KeyObject,
  asked: Pick<CkRequest, 'id' | 'ckv'> & Partial<CkRequest>,
): Promise<Uint8Array> {
  const { recipient, open } = await createRecipient();
  const request = { purpose: 'issue', station: 'local', task: 'task', recipient, ...asked } as const;
  return open(request, await service.issueCk(request, sign(null, ckRequestOctets(request), privateKey)));
}
