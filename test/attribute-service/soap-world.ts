import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { buildQuery } from '../../attribute-service/discovery.ts';
import { wsseNs } from '../../attribute-service/names.ts';
import { buildSoap, type OutgoingSoap, type RequestContext, readRequest } from '../../attribute-service/soap.ts';
import { issueToken, type TokenRequest, verifyToken } from '../../attribute-service/token.ts';
import { createReplayGuard, nameIdFormats, type UsedId, usedIdCollection } from '../../federation/index.ts';
import { childNamed, elementsOf, readXml, writeXml, type XmlElement, type XmlNode } from '../../lib/xml/index.ts';
import { createMemoryStorage } from '../../storage/index.ts';
import { ecKey, keyOf, rsaKey, strangerKey, type TestKey } from '../lib/xml/keys.ts';

export const now = Date.UTC(2026, 10, 24, 5, 0, 0);
export const hub = {
  providerId: 'https://hub.example/saml/metadata',
  endpoint: 'https://hub.example/soap',
  key: keyOf('rsa-sha256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
};
export const party = { providerId: 'https://portal.example/saml', key: rsaKey };
export const counter = { providerId: 'oidc:clinic', key: ecKey };

export const publicKeyOf = ({ signing }: TestKey): KeyObject => createPublicKey(signing.privateKey);

/** Parties with a registration. */
const registered: Readonly<Record<string, readonly TestKey[]>> = {
  [party.providerId]: [party.key],
  [counter.providerId]: [counter.key],
  'oidc:keyless': [],
  'https://two-keys.example': [rsaKey, ecKey],
};

export function tokenFor(who: { providerId: string; key: TestKey }, changes: Partial<TokenRequest> = {}) {
  return issueToken({
    issuer: hub.providerId,
    audience: hub.providerId,
    holder: { providerId: who.providerId, publicKey: publicKeyOf(who.key) },
    subject: { nameId: 'sealed-handle', format: nameIdFormats.transient },
    contextClass: 'urn:x-sanuki:ac:card-pin',
    authenticatedAt: now - 60_000,
    key: hub.key.signing,
    now,
    lifetimeMs: 300_000,
    ...changes,
  });
}

export const queryBody = () =>
  buildQuery([{ requestId: 'r1', serviceTypes: ['urn:x-sanuki:attr:coverage:2026:dst-2.1'] }]);
export const queryAction = 'urn:liberty:disco:2006-08:Query';

/** A request as a party sends it; `key` other than its own for an attacker's. */
export async function request(
  changes: Partial<OutgoingSoap> = {},
  { who = party, key = who.key, at = now }: { who?: typeof party; key?: TestKey; at?: number } = {},
): Promise<string> {
  const token = 'token' in changes ? changes.token : await tokenFor(who);
  const message = { action: queryAction, to: hub.endpoint, sender: who.providerId, body: queryBody() };
  return buildSoap({ ...message, ...changes, token }, { key: key.signing, now: at });
}

export function createReader(changes: Partial<RequestContext> = {}) {
  const storage = createMemoryStorage({ now: () => now });
  const context: RequestContext = {
    to: hub.endpoint,
    keysOf: async (providerId) => (registered[providerId] ?? []).map(({ verification }) => verification),
    token: (element) =>
      verifyToken(element, {
        issuer: hub.providerId,
        issuerKeys: [hub.key.verification],
        audience: hub.providerId,
        now,
      }),
    replay: createReplayGuard({ used: storage.collection<UsedId>(usedIdCollection) }),
    now,
    ...changes,
  };
  return (message: string | XmlElement) =>
    readRequest(Buffer.from(typeof message === 'string' ? message : writeXml(message)), context);
}

export const treeOf = (message: string) => readXml(Buffer.from(message));

/** The tree with the nodes that `change` returns instead of an element; undefined keeps it as it is. */
export function withChanged(
  root: XmlElement,
  change: (element: XmlElement) => readonly XmlNode[] | undefined,
): XmlElement {
  const children = root.children.flatMap((child) =>
    typeof child === 'string' ? [child] : (change(child) ?? [withChanged(child, change)]),
  );
  return { ...root, children };
}

export const without = (element: XmlElement, attribute: string): XmlElement => ({
  ...element,
  attributes: element.attributes.filter(({ name }) => name !== attribute),
});

export const idOf = ({ attributes }: XmlElement): string | undefined =>
  attributes.find(({ name }) => /^id$/i.test(name))?.value;

export function securityOf(envelope: XmlElement): XmlElement {
  const [header] = elementsOf(envelope);
  const security = header && childNamed(header, wsseNs, 'Security');
  if (!security) throw new Error('a Security header expected');
  return security;
}

export { ecKey, strangerKey };
