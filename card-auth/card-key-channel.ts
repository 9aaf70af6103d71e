import { HubError } from '../lib/errors.ts';
import {
  type Answer,
  answerTo,
  Call,
  type Operation,
  operationNames,
  type RemoteCardKeyService,
} from './card-key-calls.ts';
import { CardError } from './errors.ts';

/** Messages between the hub and its card key service, whatever carries them: a port, a process, a socket. */
export interface KeyServiceChannel {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** The other side is gone. */
  readonly onEnd: (listener: () => void) => void;
}

/** The first message of the service. */
type Opening = 'ready' | { readonly refused: string; readonly message: string };

export interface ServeOptions {
  readonly service: RemoteCardKeyService;
  /** The hub is done with it. */
  readonly onClose?: () => void;
  readonly onFault: (error: unknown) => void;
}

/** The service's side: says that it is ready, then answers calls until it is told to close. */
export function serveCardKeyService(channel: KeyServiceChannel, { service, onClose, onFault }: ServeOptions): void {
  channel.post('ready' satisfies Opening);
  channel.onMessage((message) => {
    if (message === 'close') return onClose?.();
    const call = Call.safeParse(message);
    if (!call.success) return onFault(new TypeError('a message to the key service was no call'));
    answerTo(call.data, service, onFault).then((answer) => channel.post(answer), onFault);
  });
}

/** Instead of the service, where it could not be opened: says why, so that the hub can. */
export function refuseCardKeyService(channel: KeyServiceChannel, error: unknown): void {
  const refused = error instanceof HubError ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  channel.post({ refused, message } satisfies Opening);
}

/** A key service that could not be opened; the code is that of the reason, as PKCS11_PIN_REFUSED. */
export class KeyServiceRefusal extends HubError<string> {
  constructor(code: string, message: string) {
    super(code, 'unavailable', message);
  }
}

/** A login at a token or a server of the store may take its time. */
const startMs = 60_000;

/** Resolves when the service is ready. @throws KeyServiceRefusal */
export function untilReady(channel: KeyServiceChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (code: string, message: string) => {
      clearTimeout(timer);
      reject(new KeyServiceRefusal(code, message));
    };
    const unreachable = 'KEY_SERVICE_UNAVAILABLE';
    const timer = setTimeout(() => refuse(unreachable, 'the key service is not ready in time'), startMs);
    channel.onMessage((message) => {
      const opening = message as Opening;
      if (opening === 'ready') {
        clearTimeout(timer);
        resolve();
      } else if (typeof opening === 'object' && 'refused' in opening) refuse(opening.refused, opening.message);
    });
    channel.onEnd(() => refuse(unreachable, 'the key service ended at its start'));
  });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CardError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The hub's side of one channel. When the service ends or does not answer in time, calls are refused as unavailable;
 * none is asked again, because a try of a PIN may have been counted.
 */
export function connectCardKeyService(
  channel: KeyServiceChannel,
  { deadlineMs = 5_000 }: { deadlineMs?: number } = {},
): RemoteCardKeyService {
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let ended = false;

  channel.onMessage((message) => {
    const answer = message as Answer;
    const one = waiting.get(answer.call);
    if (!one) return;
    clearTimeout(one.timer);
    waiting.delete(answer.call);
    if ('ok' in answer) one.resolve(answer.value);
    else
      one.reject(
        'refusal' in answer ? new CardError(answer.refusal, answer.message) : unavailable('the key service failed'),
      );
  });
  channel.onEnd(() => {
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
      channel.post({ call, operation, args: [...args] } satisfies Call);
    });
  }

  return remoteBy(ask);
}

/** The operations by name, each asked for in this way. */
function remoteBy(ask: (operation: Operation, args: readonly unknown[]) => Promise<unknown>): RemoteCardKeyService {
  const remote = operationNames.map((name) => [name, (...args: readonly unknown[]) => ask(name, args)] as const);
  return Object.fromEntries(remote) as unknown as RemoteCardKeyService;
}

/** A channel that was opened, with what ends it. */
export interface KeyServiceLink {
  readonly channel: KeyServiceChannel;
  /** Resolves when nothing of it is left. */
  readonly close: () => Promise<void>;
}

export interface KeepOptions {
  /** Starts the service, or reaches it. */
  readonly open: () => Promise<KeyServiceLink>;
  /** It ended, or did not come back; told each time. */
  readonly onFault: (error: unknown) => void;
  readonly deadlineMs?: number;
  /** The first wait before it is opened again; doubled up to five seconds. */
  readonly againMs?: number;
}

const againMostMs = 5_000;

/**
 * A key service that is opened again whenever it has ended. Meanwhile every call is refused as unavailable. One that
 * the token refused for its PIN stays away until somebody has corrected that: each start would be one more try of it.
 */
export async function keepCardKeyService({ open, onFault, deadlineMs, againMs = 100 }: KeepOptions) {
  let [closed, current] = [false, await begin()];
  let timer: NodeJS.Timeout | undefined;

  async function begin() {
    const link = await open();
    try {
      await untilReady(link.channel);
    } catch (error) {
      await link.close();
      throw error;
    }
    const service = connectCardKeyService(link.channel, deadlineMs === undefined ? {} : { deadlineMs });
    link.channel.onEnd(() => {
      if (closed) return;
      onFault(unavailable('the key service has ended'));
      again(againMs);
    });
    return { link, service };
  }

  function again(waitMs: number): void {
    timer = setTimeout(() => {
      begin().then(
        async (next) => {
          if (closed) await next.link.close();
          else current = next;
        },
        (error: unknown) => {
          onFault(error);
          if (!closed && !isFinal(error)) again(Math.min(waitMs * 2, againMostMs));
        },
      );
    }, waitMs);
  }

  async function close(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    await current.link.close();
  }

  const keyService = remoteBy((operation, args) => {
    const act = current.service[operation] as (...given: readonly unknown[]) => Promise<unknown>;
    return act(...args);
  });
  return { keyService, close };
}

const isFinal = (error: unknown): boolean => error instanceof KeyServiceRefusal && error.code === 'PKCS11_PIN_REFUSED';

const unavailable = (message: string) => new CardError('KEY_SERVICE_UNAVAILABLE', message);
