/**
 * Makes the attack shapes beside this file, each named by its outcome: <message>/<rsa|ec>/<accepted|rejected>-<what>.xml.
 * Run with: node --import tsx test/vectors/saml/generate.ts
 *
 * The keys are test keys, made here once and good for nothing else. Every shape starts from a message that its owner
 * really signed, because that is what an attacker holds.
 */
import { createHash, createHmac, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAuthnRequest, buildResponse, cardPin, nameIdFormats } from '../../../federation/index.ts';
import { formatInstant } from '../../../lib/time.ts';
import { elementFactory, type SigningKey, signElement, writeXml } from '../../../lib/xml/index.ts';
import { folder, type KeyKind, keyKinds, keysOf, world } from './world.ts';

const evil = 'evil-resident';
const dsNs = 'http://www.w3.org/2000/09/xmldsig#';

/** The parts of a message that shapes are put together from. */
interface Signed {
  readonly text: string;
  /** The signed element as it stands in the text. */
  readonly element: string;
  readonly signature: string;
  readonly bare: string;
  /** The bare element with another ID and another content: what the attacker wants to be read. */
  readonly forged: string;
}

function partsOf(text: string, tag: string, content: readonly [from: string | RegExp, to: string]): Signed {
  const start = text.indexOf(`<${tag} `);
  const element = text.slice(start, text.lastIndexOf(`</${tag}>`) + tag.length + 3);
  const signature = /<ds:Signature[\s\S]*?<\/ds:Signature>/.exec(element)?.[0] ?? '';
  const bare = element.replace(signature, '');
  const forged = bare.replace(/ ID="[^"]+"/, ' ID="_forged"').replace(content[0], content[1]);
  if (!signature || forged === bare) throw new Error(`no parts in ${tag}`);
  return { text, element, signature, bare, forged };
}

const endOf = (tag: string) => `</${tag}>`;
const append = (element: string, tag: string, child: string) =>
  element.slice(0, -endOf(tag).length) + child + endOf(tag);
const prepend = (element: string, child: string) => element.replace(/^(<[^>]+>)/, `$1${child}`);
const afterIssuer = (element: string, child: string) => element.replace('</saml:Issuer>', `</saml:Issuer>${child}`);
const withObject = (signature: string, content: string) =>
  signature.replace('</ds:Signature>', `<ds:Object>${content}</ds:Object></ds:Signature>`);
const idOf = (element: string) => / ID="([^"]+)"/.exec(element)?.[1] ?? '';

/** Signature wrapping: the signed element is somewhere, the forged one is where the reader looks. */
function wrappings({ element, signature, bare, forged }: Signed, tag: string): Record<string, string> {
  const sameId = forged.replace('ID="_forged"', `ID="${idOf(bare)}"`);
  return {
    'rejected-xsw-original-last-child': append(afterIssuer(forged, signature), tag, bare),
    'rejected-xsw-original-first-child': afterIssuer(prepend(forged, bare), signature),
    'rejected-xsw-original-in-signature-object': afterIssuer(forged, withObject(signature, bare)),
    'rejected-xsw-signed-original-nested': append(forged, tag, element),
    'rejected-xsw-signed-original-first': prepend(forged, element),
    'rejected-xsw-forged-in-signed': append(element, tag, forged),
    'rejected-xsw-forged-in-signature-object': element.replace(signature, withObject(signature, forged)),
    'rejected-xsw-same-id': append(afterIssuer(sameId, signature), tag, bare),
  };
}

/** What can be done to the Signature itself. */
function signatureGames({ element, signature, bare }: Signed, kind: KeyKind): Record<string, string> {
  const own = keysOf(kind).stranger;
  const digest = /<ds:DigestValue>([^<]+)<\/ds:DigestValue>/.exec(signature)?.[0] ?? '';
  const info = /<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/.exec(signature)?.[0] ?? '';
  const put = (changed: string) => element.replace(signature, changed);
  const transform = (algorithm: string, inside = '') =>
    `<ds:Transform Algorithm="${algorithm}">${inside}</ds:Transform></ds:Transforms>`;
  const key = keysOf(kind).owner.privateKey;
  return {
    'rejected-signature-missing': bare,
    'rejected-signature-empty': put(`<ds:Signature xmlns:ds="${dsNs}"></ds:Signature>`),
    'rejected-signature-value-empty': put(signature.replace(/<ds:SignatureValue>[^<]+/, '<ds:SignatureValue>')),
    'rejected-two-signatures': element.replace(signature, signature + signature),
    'rejected-two-signed-infos': put(signature.replace(info, info + info)),
    'rejected-two-digest-values': put(signature.replace(digest, digest + digest)),
    'rejected-comment-in-digest': put(signature.replace('<ds:DigestValue>', '<ds:DigestValue><!---->')),
    'rejected-two-references': put(signature.replace(/(<ds:Reference[\s\S]*<\/ds:Reference>)/, '$1$1')),
    'rejected-reference-whole-document': resigned(element, signature, key, (text) =>
      text.replace(/URI="[^"]+"/, 'URI=""'),
    ),
    'rejected-reference-xpointer': resigned(element, signature, key, (text) =>
      text.replace(/URI="#([^"]+)"/, `URI="#xpointer(id('$1'))"`),
    ),
    'rejected-transform-xpath': resigned(element, signature, key, (text) =>
      text.replace(
        '</ds:Transforms>',
        transform('http://www.w3.org/TR/1999/REC-xpath-19991116', '<ds:XPath>true()</ds:XPath>'),
      ),
    ),
    'rejected-transform-xslt': resigned(element, signature, key, (text) =>
      text.replace('</ds:Transforms>', transform('http://www.w3.org/TR/1999/REC-xslt-19991116')),
    ),
    'rejected-transform-missing': resigned(element, signature, key, (text) =>
      text.replace(/<ds:Transform [^>]*enveloped-signature"><\/ds:Transform>/, ''),
    ),
    'rejected-canonicalization-with-comments': resigned(element, signature, key, (text) =>
      text.replace(
        'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
        'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#WithComments"',
      ),
    ),
    'rejected-digest-sha1': resigned(element, signature, key, (text) =>
      text
        .replace('http://www.w3.org/2001/04/xmlenc#sha256', `${dsNs}sha1`)
        .replace(/<ds:DigestValue>[^<]+/, `<ds:DigestValue>${createHash('sha1').update(bare).digest('base64')}`),
    ),
    'rejected-signature-sha1': resigned(
      element,
      signature,
      key,
      (text) =>
        text.replace(
          /SignatureMethod Algorithm="[^"]+"/,
          `SignatureMethod Algorithm="${kind === 'rsa' ? `${dsNs}rsa-sha1` : 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1'}"`,
        ),
      'sha1',
    ),
    'rejected-signature-unknown-algorithm': resigned(element, signature, key, (text) =>
      text.replace(/SignatureMethod Algorithm="[^"]+"/, 'SignatureMethod Algorithm="urn:example:none"'),
    ),
    'rejected-hmac-with-public-key': hmacSigned(element, signature, kind),
    'rejected-unknown-key-with-own-certificate': resigned(element, signature, own.privateKey, (text) => text).replace(
      /<ds:X509Certificate>[^<]*/,
      `<ds:X509Certificate>${own.certificate}`,
    ),
  };
}

/** SignedInfo as its canonical form: the prefix it inherits is written on it. */
const canonicalInfo = (signature: string) =>
  (/<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/.exec(signature)?.[0] ?? '').replace(
    '<ds:SignedInfo>',
    `<ds:SignedInfo xmlns:ds="${dsNs}">`,
  );
const withValue = (signature: string, value: Buffer) =>
  signature.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value.toString('base64')}`);

/** Signs a changed SignedInfo again, so that only the rule that forbids the change stands in its way. */
function resigned(
  element: string,
  signature: string,
  key: KeyObject,
  change: (text: string) => string,
  hash = 'sha256',
): string {
  const changed = change(signature);
  const value = sign(hash, Buffer.from(canonicalInfo(changed)), { key, dsaEncoding: 'ieee-p1363' });
  return element.replace(signature, withValue(changed, value));
}

function hmacSigned(element: string, signature: string, kind: KeyKind): string {
  const changed = signature.replace(
    /SignatureMethod Algorithm="[^"]+"/,
    'SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"',
  );
  const secret = keysOf(kind).owner.publicPem;
  return element.replace(
    signature,
    withValue(changed, createHmac('sha256', secret).update(canonicalInfo(changed)).digest()),
  );
}

/** Changes of a text that a signature over its canonical form does not or must not survive. */
function textGames(text: string, value: string): Record<string, string> {
  const half = Math.floor(value.length / 2);
  const cut = (between: string) =>
    text.replace(`>${value}<`, `>${value.slice(0, half)}${between}${value.slice(half)}<`);
  return {
    'rejected-comment-in-value': cut('<!-- -->'),
    'rejected-processing-instruction-in-value': cut('<?p x?>'),
    'rejected-cdata-in-value': cut('<![CDATA[]]>'),
    'rejected-element-in-value': cut('<x xmlns="urn:x"></x>'),
    'rejected-value-changed': text.replace(`>${value}<`, `>${evil}<`),
    'rejected-doctype': `<!DOCTYPE x>${text}`,
    'rejected-external-entity': `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>${cut('&e;')}`,
    'rejected-entity-bomb': `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>${cut('&c;')}`,
    'rejected-undefined-entity': cut('&e;'),
    'rejected-byte-order-mark-inside': cut('\u{FEFF}'),
    'rejected-trailing-element': `${text}<x></x>`,
    'rejected-declaration-utf-7': `<?xml version="1.0" encoding="UTF-7"?>${text}`,
    'accepted-plain': text,
    'accepted-declaration-utf-8': `<?xml version="1.0" encoding="UTF-8"?>${text}`,
    'accepted-numeric-character-reference': text.replace(
      `>${value}<`,
      `>&#x${value.charCodeAt(0).toString(16)};${value.slice(1)}<`,
    ),
    'accepted-unused-namespace-declaration': text.replace(/^(<[\w:]+)/, '$1 xmlns:unused="urn:example:unused"'),
  };
}

async function response(kind: KeyKind, key: SigningKey): Promise<Record<string, string>> {
  const { idp, sp, now, requestId, resident } = world;
  const content = {
    nameId: { value: resident, format: nameIdFormats.persistent },
    sessionIndex: '_session',
    contextClass: cardPin,
    authenticatedAt: now,
    sessionEndsAt: now + 3600_000,
    attributes: [],
  };
  const provider = await world.provider(kind);
  const target = { issuer: idp.entityId, provider, acsUrl: sp.acsUrl, inResponseTo: requestId, key, now };
  const text = await buildResponse(content, target);
  const parts = partsOf(text, 'saml:Assertion', [`>${resident}<`, `>${evil}<`]);
  const whole = (assertions: string) => text.replace(parts.element, () => assertions);
  const inside = { ...wrappings(parts, 'saml:Assertion'), ...signatureGames(parts, kind) };
  const extensions = (child: string) => afterIssuer(text, `<samlp:Extensions>${child}</samlp:Extensions>`);
  const advice = parts.element.replace(
    '</saml:Conditions>',
    `</saml:Conditions><saml:Advice>${parts.forged}</saml:Advice>`,
  );
  return {
    ...Object.fromEntries(Object.entries(inside).map(([name, assertion]) => [name, whole(assertion)])),
    ...textGames(text, resident),
    'rejected-second-assertion-before': whole(parts.forged + parts.element),
    'rejected-second-assertion-after': whole(parts.element + parts.forged),
    'rejected-second-assertion-in-advice': whole(advice),
    'rejected-assertion-only-in-extensions': extensions(parts.element).replace(
      new RegExp(`${escaped(parts.element)}(?=</samlp:Response>)`),
      () => parts.forged,
    ),
    'rejected-signed-by-response-of-forged': afterIssuer(whole(parts.forged), parts.signature),
    'rejected-audience-comment': text.replace(`<saml:Audience>${sp.entityId}`, `<saml:Audience>${sp.entityId}<!-- -->`),
    'rejected-audience-changed': text.replace(
      `<saml:Audience>${sp.entityId}`,
      '<saml:Audience>https://other.example/saml',
    ),
    'rejected-issuer-changed': text.replaceAll(`>${idp.entityId}<`, '>https://other.example/saml<'),
    'rejected-duplicate-id': whole(parts.element.replace('<saml:Subject>', `<saml:Subject ID="${idOf(parts.bare)}">`)),
    'rejected-namespace-redeclared': text.replace('<saml:Subject>', '<saml:Subject xmlns:saml="urn:example:other">'),
  };
}

async function authnRequest(kind: KeyKind, key: SigningKey): Promise<Record<string, string>> {
  const { idp, sp, now, requestId } = world;
  const options = { id: requestId, issuer: sp.entityId, destination: idp.ssoUrl, acsUrl: sp.acsUrl, now };
  const text = await buildAuthnRequest(options, key);
  const tag = 'samlp:AuthnRequest';
  const parts = partsOf(text, tag, [sp.acsUrl, sp.otherAcsUrl]);
  return {
    ...wrappings(parts, tag),
    ...signatureGames(parts, kind),
    ...textGames(text, sp.entityId),
    'rejected-original-in-extensions': afterIssuer(
      parts.forged,
      `<samlp:Extensions>${parts.element}</samlp:Extensions>`,
    ),
    'rejected-signature-beside-original-in-extensions': afterIssuer(
      parts.forged,
      `${parts.signature}<samlp:Extensions>${parts.bare}</samlp:Extensions>`,
    ),
    'rejected-acs-changed': text.replace(
      `AssertionConsumerServiceURL="${sp.acsUrl}"`,
      'AssertionConsumerServiceURL="https://evil.example/acs"',
    ),
    'rejected-destination-changed': text.replace(
      `Destination="${idp.ssoUrl}"`,
      'Destination="https://other.example/sso"',
    ),
    'rejected-duplicate-id': text.replace('<samlp:NameIDPolicy ', `<samlp:NameIDPolicy ID="${requestId}" `),
  };
}

const samlp = elementFactory('samlp', 'urn:oasis:names:tc:SAML:2.0:protocol');
const saml = elementFactory('saml', 'urn:oasis:names:tc:SAML:2.0:assertion');

async function logoutRequest(kind: KeyKind, key: SigningKey): Promise<Record<string, string>> {
  const { idp, sp, now, requestId, resident } = world;
  const attributes = { ID: requestId, Version: '2.0', IssueInstant: formatInstant(now), Destination: idp.ssoUrl };
  const nameId = saml('NameID', { Format: nameIdFormats.persistent }, [resident]);
  const element = samlp('LogoutRequest', attributes, [saml('Issuer', {}, [sp.entityId]), nameId]);
  const text = writeXml(await signElement(element, key, { after: 'Issuer' }));
  const tag = 'samlp:LogoutRequest';
  const parts = partsOf(text, tag, [`>${resident}<`, `>${evil}<`]);
  return {
    ...wrappings(parts, tag),
    ...signatureGames(parts, kind),
    ...textGames(text, resident),
    'rejected-original-in-extensions': afterIssuer(
      parts.forged,
      `<samlp:Extensions>${parts.element}</samlp:Extensions>`,
    ),
    'rejected-signed-assertion-nested': append(parts.forged, tag, (await response(kind, key))['accepted-plain'] ?? ''),
  };
}

const escaped = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

const messages = { response, 'authn-request': authnRequest, 'logout-request': logoutRequest };
for (const [message, make] of Object.entries(messages)) {
  for (const kind of keyKinds) {
    const to = join(folder, message, kind);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    const shapes = await make(kind, keysOf(kind).owner.signing);
    const plain = shapes['accepted-plain'];
    for (const [name, xml] of Object.entries(shapes)) {
      if (name !== 'accepted-plain' && xml === plain) throw new Error(`${message} ${name} changes nothing`);
      writeFileSync(join(to, `${name}.xml`), xml);
    }
  }
}
