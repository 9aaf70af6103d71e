import { HubError } from '../../lib/errors.ts';
import type { Audit } from '../audit.ts';
import type { StopLine } from '../card/stop-line.ts';
import { type Operation, operation } from './operation.ts';

export interface CardOperationsOptions {
  readonly stopCard: StopLine;
  readonly audit: Audit;
}

/**
 * R44: what an automated telephone line does with the digits that a caller enters. The code is the caller's, so the
 * program's token alone stops nothing. No number of the caller is taken: it can be forged and would only be kept.
 */
export const stopOperation = ({ stopCard, audit }: CardOperationsOptions): Operation =>
  operation({
    id: 'stopCard',
    method: 'post',
    path: '/card-stops',
    acts: ['card.suspend'],
    query: 'none',
    body: 'StopCode',
    answer: 'CardStop',
    status: 200,
    async handle({ body: { code }, caller: { actor, clientId } }) {
      const record = (result: 'ok' | 'refused', refusal?: string) =>
        audit.record({ type: 'card.stop-line', result, actor, code: refusal, detail: { client: clientId } });
      try {
        const state = await stopCard(code, actor);
        await record('ok');
        return { body: { state } };
      } catch (error) {
        if (error instanceof HubError) await record('refused', error.code);
        throw error;
      }
    },
  });
