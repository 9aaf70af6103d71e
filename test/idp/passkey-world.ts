import { assertionBy, newSoftwareKey, registrationBy, type Said, type SoftwareKey } from '../../cli/software-key.ts';
import { attributeIn, type issueCard, signInAt, type TestBrowser, type TestHub } from './world.ts';

interface Changes {
  /** Instead of the hub's own. */
  readonly origin?: string;
  readonly userVerified?: boolean;
  readonly clientData?: object;
  readonly challenge?: string;
  readonly name?: string;
}

/** The device of a resident: makes and keeps one passkey, and does what a test tells it to. */
export function device(changes: Changes = {}) {
  let key: SoftwareKey | undefined;

  const said = (challenge: string, origin: string, more: Changes): Said => ({
    challenge,
    origin,
    ...changes,
    ...more,
  });

  return {
    bind(options: { challenge: string; rp: { id: string }; user: { id: string } }, origin: string, more: Changes = {}) {
      key = newSoftwareKey({ rpId: options.rp.id, userHandle: options.user.id });
      return registrationBy(key, said(options.challenge, origin, more));
    },
    use(
      { challenge }: { challenge: string },
      origin: string,
      { key: as = {}, ...more }: Changes & { key?: object } = {},
    ) {
      if (!key) throw new TypeError('the device has no passkey yet');
      key = { ...key, counter: key.counter + 1 };
      return assertionBy({ ...key, ...as }, said(challenge, origin, more));
    },
    /** The same passkey offered for another binding. */
    rebind({ challenge }: { challenge: string }, origin: string) {
      if (!key) throw new TypeError('the device has no passkey yet');
      return registrationBy(key, said(challenge, origin, {}));
    },
    key: () => key,
    /** Copied with all it holds. */
    take: (other: SoftwareKey | undefined) => {
      key = other;
    },
  };
}

export type Device = ReturnType<typeof device>;

/** A page with passkeys, as its program sees it. */
export function panelIn(html: string) {
  const [tag = ''] = /<div id="passkey"[^>]*>/.exec(html) ?? [];
  return {
    base: attributeIn(tag, /data-base="([^"]+)"/),
    token: attributeIn(tag, /data-csrf="([^"]+)"/),
    uses: html.includes('id="passkey-use"'),
    binds: html.includes('id="passkey-bind"'),
  };
}

/** Does at a page what its program does; resolves to the answer's status and body. */
export async function callAt(
  { request }: Pick<TestBrowser, 'request'>,
  page: { readonly url: string; readonly html: string },
  act: string,
  message: unknown,
  headers: object = {},
) {
  const { base, token } = panelIn(page.html);
  const response = await request(new URL(`${base}/${act}`, page.url).href, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-csrf-token': token,
      origin: new URL(page.url).origin,
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
  return { status: response.status, body: await response.json() };
}

export const pageAt = async (tab: Pick<TestBrowser, 'visit'>, at: string) => {
  const { url, response, left } = await tab.visit(at);
  return { url, html: await response.text(), left };
};

/** Binds at this page; resolves to the page that follows. */
export async function bindAt(
  tab: TestBrowser,
  page: { readonly url: string; readonly html: string },
  own: Device,
  name = 'test',
) {
  const { origin } = new URL(page.url);
  const { body: options } = await callAt(tab, page, 'bind-start', {});
  const { status, body } = await callAt(tab, page, 'bind-finish', { name, answer: own.bind(options, origin) });
  if (status !== 200) throw Object.assign(new Error(body.code), body);
  return pageAt(tab, new URL(body.next, page.url).href);
}

/** Uses the device's passkey at this page; resolves to the page that follows. */
export async function useAt(tab: TestBrowser, page: { readonly url: string; readonly html: string }, own: Device) {
  const { body: options } = await callAt(tab, page, 'start', {});
  const { status, body } = await callAt(tab, page, 'finish', own.use(options, new URL(page.url).origin));
  if (status !== 200) throw Object.assign(new Error(body.code), body);
  return pageAt(tab, new URL(body.next, page.url).href);
}

/** So that one test's passkeys are not in the way of the next. */
export async function removeAll({ ceremonies }: Pick<TestHub, 'ceremonies'>): Promise<void> {
  for (const residentRef of ['r1', 'r2'])
    for (const { id } of await ceremonies.ofResident(residentRef))
      await ceremonies.remove({ id: '', residentRef, cardId: '', level: '', authenticatedAt: 0 }, id);
}

/** Card and PIN at a page; resolves to the page that follows. */
export async function cardAt(
  tab: TestBrowser,
  page: { readonly url: string; readonly html: string },
  issued: Pick<Awaited<ReturnType<typeof issueCard>>, 'card' | 'pin'>,
) {
  return pageAt(tab, await signInAt(tab, page.url, { ...issued, html: page.html }));
}
