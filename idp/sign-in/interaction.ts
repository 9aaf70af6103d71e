import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { CardAuthentication, CardLevel } from '../../card-auth/index.ts';
import { equalBytes, sha256 } from '../../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import { HubPageError } from '../errors.ts';
import type { ParkedTrace } from '../traces/trace.ts';
import type { SignInDemand } from './dispatch.ts';

/** A sign-in under way: who asks, what is demanded, and which browser it belongs to. */
export interface Interaction extends StoredRecord {
  /** `test`: the hub plays the provider, and an administrator looks at what it would be given. */
  readonly protocol: 'saml' | 'oidc' | 'hub' | 'test';
  /** Id of the provider's registration; empty for the hub's own pages. */
  readonly providerId: string;
  readonly partyKey: string;
  readonly requestId: string;
  readonly demand: SignInDemand;
  /** The protocol's own memory: the parsed AuthnRequest, or the uid of the OIDC interaction. */
  readonly memory: Readonly<Record<string, unknown>>;
  /**
   * A registered counter asks for the patient in front of it, or a test sign-in for any card. No SSO session is read,
   * made or ended, whoever is signed in at this browser: what the card says stays in here and goes to the request that asked, and nowhere else.
   */
  readonly sessionless?: { readonly level: CardLevel; readonly presented?: CardAuthentication | undefined } | undefined;
  /** Its code is shown from the first page on, and its steps go on in whatever process meets the sign-in next. */
  readonly trace: ParkedTrace;
  /** Hash of the browser's secret, set by the first visit. */
  readonly browser?: string | undefined;
  readonly expiresAt: number;
}

export const interactionCollection: CollectionDefinition = { name: 'sign-in-interaction' };

export interface InteractionsOptions {
  readonly interactions: Collection<Interaction>;
  /** Key of the anti-forgery tokens. */
  readonly csrfKey: Uint8Array;
  readonly lifetimeMs: number;
  readonly now?: () => number;
}

export const newBrowserSecret = () => randomBytes(32).toString('base64url');
const hashOf = (secret: string) => sha256('sanuki-browser:', secret).toString('base64url');

export function createInteractions({ interactions, csrfKey, lifetimeMs, now = Date.now }: InteractionsOptions) {
  const key = createSecretKey(csrfKey);

  async function open(start: Omit<Interaction, 'id' | 'expiresAt' | 'browser'>): Promise<Interaction> {
    const interaction = { id: randomBytes(16).toString('base64url'), ...start, expiresAt: now() + lifetimeMs };
    await interactions.insert(interaction);
    return interaction;
  }

  /**
   * The interaction for this browser. The first visit claims it, because a cross-site POST arrives without our Lax
   * cookies; from then on another browser that learns the id gets nowhere.
   */
  async function resume(id: string, browserSecret: string): Promise<Interaction> {
    const mine = hashOf(browserSecret);
    const known = await interactions.get(id);
    const interaction = known?.browser
      ? known
      : await interactions.update(id, (current) => ({ ...current, browser: current.browser ?? mine }));
    if (!interaction) throw new HubPageError('SIGN_IN_EXPIRED', 'the interaction is unknown, finished or has expired');
    if (interaction.browser !== mine)
      throw new HubPageError('OTHER_BROWSER', 'the interaction belongs to another browser');
    return interaction;
  }

  /** Binds the card to its sessionless interaction; the first one stays. */
  async function present(id: string, presented: CardAuthentication): Promise<void> {
    const interaction = await interactions.update(id, (current) => {
      if (!current.sessionless || current.sessionless.presented || current.sessionless.level !== presented.level)
        throw new HubPageError('SIGN_IN_EXPIRED', 'the interaction waits for no card of this level');
      return { ...current, sessionless: { ...current.sessionless, presented } };
    });
    if (!interaction) throw new HubPageError('SIGN_IN_EXPIRED', 'the interaction is unknown, finished or has expired');
  }

  /** OIDC Core 5.5.1.1: the resident goes on without what was only a wish; what the registration demands stays. */
  async function forgoWish(id: string): Promise<void> {
    await interactions.update(id, (current) => {
      if (!current.demand.context?.voluntary)
        throw new HubPageError('PAGE_MISSING', 'the service demands it: there is nothing to do without');
      return { ...current, demand: { ...current.demand, context: undefined } };
    });
  }

  /** Of two answers to one interaction only one is sent. */
  async function finish(id: string): Promise<void> {
    if (!(await interactions.take(id)))
      throw new HubPageError('SIGN_IN_EXPIRED', 'the interaction was already answered');
  }

  function csrfToken(id: string, browserSecret: string): string {
    return createHmac('sha256', key).update(`${id}.${browserSecret}`).digest('base64url');
  }

  function checkCsrf(id: string, browserSecret: string, token: string | undefined): void {
    if (!equalBytes(Buffer.from(csrfToken(id, browserSecret)), Buffer.from(token ?? ''))) {
      throw new HubPageError('FORGED_REQUEST', 'the anti-forgery token is missing or wrong');
    }
  }

  return { open, resume, present, forgoWish, finish, csrfToken, checkCsrf };
}

export type Interactions = ReturnType<typeof createInteractions>;
