import type { MessagePort, Worker } from 'node:worker_threads';
import type { CardKeyService } from './card-key-service.ts';
import { CardError, type CardErrorCode } from './errors.ts';

/** The operations that go over the port: all but those that set a first PIN. A card key leaves only sealed to a station. */
const operations = [
  'cardId',
  'verifyRead',
  'authorise',
  'evaluatePin',
  'verifyProof',
  'evaluateNewPin',
  'adoptPin',
  'retirePin',
  'makeVersion',
  'issueCk',
  'closeIssue',
  'renewCk',
  'confirmVersion',
  'issuingVersion',
] as const;
type Operation = (typeof operations)[number];
export type RemoteCardKeyService = Pick<CardKeyService, Operation>;

interface Call {
  readonly call: number;
  readonly operation: Operation;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly refusal: CardErrorCode; readonly message: string }
  | { readonly call: number; readonly failed: true };

/**
 * The worker's side: says that it is ready, then answers calls until it is told to close. An unexpected error is told as
 * such, without its text.
 */
export function serveCardKeyService(
  port: MessagePort,
  service: RemoteCardKeyService,
  onClose: () => Promise<void> = async () => undefined,
): void {
  port.postMessage('ready');
  port.on('message', (call: Call | 'close') => {
    if (call === 'close') {
      port.close();
      void onClose();
      return;
    }
    answerOf(call, service).then(
      (answer) => port.postMessage(answer),
      () => port.postMessage({ call: call.call, failed: true } satisfies Answer),
    );
  });
}

async function answerOf({ call, operation, args }: Call, service: RemoteCardKeyService): Promise<Answer> {
  if (!operations.includes(operation)) return { call, failed: true };
  try {
    const act = service[operation] as (...given: readonly unknown[]) => Promise<unknown>;
    return { call, value: await act(...args) };
  } catch (error) {
    if (error instanceof CardError) return { call, refusal: error.code, message: error.message };
    throw error;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CardError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The hub's side. When the worker ends or does not answer in time, calls are refused as unavailable. */
export function connectCardKeyService(
  worker: Worker,
  { deadlineMs = 5_000 }: { deadlineMs?: number } = {},
): RemoteCardKeyService {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended = false;

  worker.on('message', (answer: Answer | 'ready') => {
    if (answer === 'ready') return;
    const one = waiting.get(answer.call);
    if (!one) return;
    clearTimeout(one.timer);
    waiting.delete(answer.call);
    if ('value' in answer) one.resolve(answer.value);
    else
      one.reject(
        'refusal' in answer ? new CardError(answer.refusal, answer.message) : unavailable('the key service failed'),
      );
  });
  worker.on('exit', () => {
    ended = true;
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(unavailable('the key service has ended'));
    }
    waiting.clear();
  });

  function ask(operation: Operation, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (ended) return reject(unavailable('the key service has ended'));
      const call = ++calls;
      const timer = setTimeout(() => {
        waiting.delete(call);
        reject(unavailable('the key service did not answer in time'));
      }, deadlineMs);
      waiting.set(call, { resolve, reject, timer });
      worker.postMessage({ call, operation, args } satisfies Call);
    });
  }

  const remote =
    (operation: Operation) =>
    (...args: readonly unknown[]) =>
      ask(operation, args);
  return Object.fromEntries(
    operations.map((operation) => [operation, remote(operation)]),
  ) as unknown as RemoteCardKeyService;
}

const unavailable = (message: string) => new CardError('KEY_SERVICE_UNAVAILABLE', message);
