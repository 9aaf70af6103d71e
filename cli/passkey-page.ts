import type { KeyFile } from './key-file.ts';
import { assertionBy, newSoftwareKey, registrationBy, type SoftwareKey } from './software-key.ts';

/** A page of the hub that asks for a passkey. */
export interface PasskeyPrompt {
  readonly base: string;
  readonly csrfToken: string;
  /** Whether it asks for one that is there, and whether it lets one be bound. */
  readonly uses: boolean;
  readonly binds: boolean;
}

export function passkeyPromptIn(html: string): PasskeyPrompt | undefined {
  const [tag = ''] = /<div id="passkey"[^>]*>/.exec(html) ?? [];
  const [base, csrfToken] = ['base', 'csrf'].map((name) => new RegExp(` data-${name}="([^"]+)"`).exec(tag)?.[1]);
  if (!base || !csrfToken) return undefined;
  return { base, csrfToken, uses: html.includes('id="passkey-use"'), binds: html.includes('id="passkey-bind"') };
}

/** Posts a message to a step of the page; the hub's refusals are thrown. */
export type Call = (act: string, message: object) => Promise<unknown>;

interface BindOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
}

interface UseOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

export interface TestKeyOptions {
  readonly file: KeyFile;
  /** The hub's; a page elsewhere gets no answer. */
  readonly origin: string;
}

/**
 * Does at the page what a browser and its authenticator do, with a test key in software: uses the one that the hub
 * names, or binds a new one where it names none of ours. Resolves to the path that the page leads to.
 */
export async function presentTestKey(
  { uses, binds }: PasskeyPrompt,
  call: Call,
  { file, origin }: TestKeyOptions,
): Promise<string> {
  const used = uses ? await use() : undefined;
  if (used !== undefined) return used;
  if (!binds) throw new Error('no test key is bound here: a sign-in with --bound binds one');
  return bind();

  async function use(): Promise<string | undefined> {
    const { challenge, rpId, allowCredentials } = (await call('start', {})) as UseOptions;
    const allowed = allowCredentials?.map(({ id }) => id);
    const key = (await file.read()).findLast(
      (one) => one.rpId === rpId && (allowed?.includes(one.credentialId) ?? true),
    );
    return key && nextIn(await call('finish', assertionBy(await countOn(key), { challenge, origin })));
  }

  /** Kept before it is sent: a use that the hub saw is never repeated with the same number. */
  async function countOn(key: SoftwareKey): Promise<SoftwareKey> {
    const used = { ...key, counter: key.counter + 1 };
    await file.write(used);
    return used;
  }

  async function bind(): Promise<string> {
    const { challenge, rp, user } = (await call('bind-start', {})) as BindOptions;
    const key = newSoftwareKey({ rpId: rp.id, userHandle: user.id });
    await file.write(key);
    const answer = registrationBy(key, { challenge, origin });
    return nextIn(await call('bind-finish', { name: 'sanuki sign-in', answer }));
  }
}

function nextIn(answer: unknown): string {
  const { next } = answer as { next?: unknown };
  if (typeof next !== 'string') throw new TypeError('the hub did not say where to go on');
  return next;
}
