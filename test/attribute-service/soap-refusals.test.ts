import { expect } from 'chai';
import { buildSoap, readAnswer } from '../../attribute-service/soap.ts';
import { elementFactory, elementsOf, writeXml } from '../../lib/xml/index.ts';
import { refusal } from '../refusal.ts';
import {
  counter,
  createReader,
  hub,
  now,
  party,
  queryAction,
  queryBody,
  request,
  strangerKey,
  treeOf,
  withChanged,
  without,
} from './soap-world.ts';

const evil = elementFactory('evil', 'urn:x-evil');
const soapNs = 'http://schemas.xmlsoap.org/soap/envelope/';
const codeOf = (message: string, read = createReader()) => refusal(read(message));

describe('ID-WSF request that is not what it should be', () => {
  it('is refused a second time (DuplicateMsg), and counts per sender', async () => {
    const read = createReader();
    const messageId = 'urn:uuid:1';
    const text = await request({ messageId });
    await read(text);
    expect(await codeOf(text, read)).to.equal('DuplicateMsg');
    expect((await read(await request({ messageId }, { who: counter }))).messageId).to.equal(messageId);
  });

  it('does not use up a MessageID when it is refused for another reason', async () => {
    const read = createReader();
    const messageId = 'urn:uuid:1';
    expect(await codeOf(await request({ messageId }, { key: strangerKey }), read)).to.equal('InappropriateCredentials');
    expect(await codeOf(await request({ messageId, to: 'https://elsewhere.example' }), read)).to.equal(
      'IDStarMsgNotUnderstood',
    );
    expect((await read(await request({ messageId }))).messageId).to.equal(messageId);
  });

  it('is refused when it was made more than the skew ago, or in the future (StaleMsg)', async () => {
    for (const at of [now - 91_000, now + 91_000]) expect(await codeOf(await request({}, { at }))).to.equal('StaleMsg');
    for (const at of [now - 89_000, now + 89_000])
      expect((await createReader()(await request({}, { at }))).sender).to.equal(party.providerId);
  });

  it('is refused of an unknown party and of one without keys', async () => {
    for (const providerId of ['https://unknown.example', 'oidc:keyless'])
      expect(await codeOf(await request({}, { who: { ...party, providerId } }))).to.equal('ProviderIDNotValid');
  });

  it('is refused when its Action is of another Body', async () => {
    expect(await codeOf(await request({ action: 'urn:liberty:disco:2006-08:SvcMDRegister' }))).to.equal(
      'IDStarMsgNotUnderstood',
    );
  });

  const insert = (before: string, block: string) => (text: string) => text.replace(before, `${block}${before}`);
  /** Acts on the message's own signature, which is the last one; the token's stays whole. */
  const inSignature = (change: (text: string) => string) => (text: string) => {
    const start = text.lastIndexOf('<ds:Signature ');
    return text.slice(0, start) + change(text.slice(start));
  };
  const changes: readonly (readonly [string, string, (text: string) => string])[] = [
    [
      'without signature',
      'InappropriateCredentials',
      inSignature((text) => text.replace(/<ds:Signature.*<\/ds:Signature>/, '')),
    ],
    ['without Security', 'IDStarMsgNotUnderstood', (text) => text.replace(/<wsse:Security .*<\/wsse:Security>/, '')],
    [
      'with two Security headers',
      'IDStarMsgNotUnderstood',
      (text) => text.replace(/(<wsse:Security .*<\/wsse:Security>)/, '$1$1'),
    ],
    [
      'with an empty second Security header',
      'IDStarMsgNotUnderstood',
      insert(
        '</S:Header>',
        '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"></wsse:Security>',
      ),
    ],
    [
      'with two signatures',
      'IDStarMsgNotUnderstood',
      inSignature((text) => text.replace(/(<ds:Signature.*<\/ds:Signature>)/, '$1$1')),
    ],
    ['with two Headers', 'IDStarMsgNotUnderstood', insert('<S:Body', '<S:Header></S:Header>')],
    ['with two Bodies', 'IDStarMsgNotUnderstood', insert('</S:Envelope>', '<S:Body></S:Body>')],
    ['with something behind the Body', 'IDStarMsgNotUnderstood', insert('</S:Envelope>', '<x></x>')],
    ['with text in the Header', 'IDStarMsgNotUnderstood', insert('</S:Header>', 'text')],
    ['with a second element in the Body', 'IDStarMsgNotUnderstood', insert('</S:Body>', '<x></x>')],
    ['with an empty Body', 'IDStarMsgNotUnderstood', (text) => text.replace(/(<S:Body[^>]*>).*(<\/S:Body>)/, '$1$2')],
    [
      'in SOAP 1.2',
      'IDStarMsgNotUnderstood',
      (text) => text.replaceAll(soapNs, 'http://www.w3.org/2003/05/soap-envelope'),
    ],
    [
      'with an unknown mandatory header block',
      'InvalidMustUnderstand',
      insert('</S:Header>', `<x:y xmlns:x="urn:x" xmlns:S="${soapNs}" S:mustUnderstand="1"></x:y>`),
    ],
    [
      'with an odd mustUnderstand',
      'InvalidMustUnderstand',
      (text) => text.replace('S:mustUnderstand="1"', 'S:mustUnderstand="true"'),
    ],
    [
      'with a header block for another actor',
      'InvalidActor',
      (text) => text.replace('S:mustUnderstand="1"', 'S:mustUnderstand="1" S:actor="urn:else"'),
    ],
    [
      'of another framework version',
      'FrameworkVersionMismatch',
      (text) => text.replace('version="2.0"', 'version="1.1"'),
    ],
    [
      'about another person',
      'TargetIdentityNotValid',
      insert('</S:Header>', '<b:TargetIdentity xmlns:b="urn:liberty:sb:2006-08"></b:TargetIdentity>'),
    ],
    [
      'that asks for a dry run',
      'ProcCtxURINotUnderstood',
      insert(
        '</S:Header>',
        '<b:ProcessingContext xmlns:b="urn:liberty:sb:2006-08">urn:liberty:sb:2003-08:ProcessingContext:Simulate</b:ProcessingContext>',
      ),
    ],
    [
      'with an unsigned block of the framework',
      'InappropriateCredentials',
      insert(
        '</S:Header>',
        '<b:Consent xmlns:b="urn:liberty:sb:2006-08" uri="urn:liberty:consent:obtained"></b:Consent>',
      ),
    ],
    [
      'that wants its answer elsewhere',
      'IDStarMsgNotUnderstood',
      (text) => text.replace('addressing/anonymous', 'addressing/other'),
    ],
    [
      'of a sender in an affiliation',
      'AffiliationIDNotValid',
      (text) => text.replace('<sb:Sender', '<sb:Sender affiliationID="urn:a"'),
    ],
    [
      'with a SHA-1 signature',
      'InappropriateCredentials',
      inSignature((text) => text.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#rsa-sha1')),
    ],
    [
      'with SHA-1 digests',
      'InappropriateCredentials',
      inSignature((text) => text.replaceAll('2001/04/xmlenc#sha256', '2000/09/xmldsig#sha1')),
    ],
    ['with HMAC', 'InappropriateCredentials', inSignature((text) => text.replace('#rsa-sha256', '#hmac-sha256'))],
    [
      'with a thousand references',
      'IDStarMsgNotUnderstood',
      (text) => text.replace(/(<ds:Reference URI="#MID">.*?<\/ds:Reference>)/, '$1'.repeat(1000)),
    ],
    ['with a DOCTYPE', 'IDStarMsgNotUnderstood', (text) => `<!DOCTYPE x [<!ENTITY e "e">]>${text}`],
    ['with a changed value', 'InappropriateCredentials', (text) => text.replace('coverage', 'pension')],
    ['with an unreadable MessageID', 'IDStarMsgNotUnderstood', (text) => text.replace('>urn:uuid:', '>urn uuid ')],
  ];
  for (const [what, code, change] of changes) {
    it(`is refused ${what}`, async () => {
      const text = await request();
      const changed = change(text);
      expect(changed, 'the change took place').to.not.equal(text);
      expect(await codeOf(changed)).to.equal(code);
    });
  }

  it('passes over header blocks of others that are not mandatory', async () => {
    const text = (await request()).replace('</S:Header>', '<x:y xmlns:x="urn:x"></x:y></S:Header>');
    expect((await createReader()(text)).sender).to.equal(party.providerId);
  });

  it('never gets into a loop by its PrefixList: 3,000 names are refused before anything is computed', async () => {
    const list = `<i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${'a '.repeat(3000)}"></i:InclusiveNamespaces>`;
    const method = '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">';
    const change = inSignature((text) => text.replace(method, `${method}${list}`));
    expect(await codeOf(change(await request()))).to.equal('IDStarMsgNotUnderstood');
  });
});

describe('ID-WSF answer in the hands of an attacker', () => {
  const context = { relatesTo: 'urn:uuid:1', sender: hub.providerId, keys: [hub.key.verification], now };
  const answer = (changes: Partial<Parameters<typeof buildSoap>[0]> = {}, { key = hub.key, at = now } = {}) =>
    buildSoap(
      {
        action: `${queryAction}Response`,
        sender: hub.providerId,
        relatesTo: 'urn:uuid:1',
        body: queryBody(),
        ...changes,
      },
      { key: key.signing, now: at },
    );
  const verdict = (text: string, changes = {}) =>
    refusal(Promise.resolve().then(() => readAnswer(Buffer.from(text), { ...context, ...changes })));

  it('is refused for another request, of another sender, by another key, too old, unsigned, or no XML', async () => {
    const unsigned = (await answer()).replace(/<ds:Signature .*<\/ds:Signature>/, '');
    const refused = [
      await answer({ relatesTo: 'urn:uuid:2' }),
      await answer({ relatesTo: undefined }),
      await answer({ sender: party.providerId }),
      await answer({}, { key: strangerKey }),
      await answer({}, { at: now - 91_000 }),
      unsigned,
      '<html>busy</html>',
      'busy',
    ];
    for (const text of refused) expect(await verdict(text)).to.equal('HUB_GARBLED');
    expect(await verdict('busy', { garbled: 'SOURCE_GARBLED' })).to.equal('SOURCE_GARBLED');
  });

  it('is refused as a fault that nobody signed', async () => {
    const fault = `<S:Envelope xmlns:S="${soapNs}"><S:Header></S:Header><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>x</faultstring></S:Fault></S:Body></S:Envelope>`;
    expect(await verdict(fault)).to.equal('HUB_GARBLED');
  });

  it('is refused with its Body exchanged and the original kept in the header', async () => {
    const root = treeOf(await answer());
    const forged = withChanged(root, (element) => {
      if (element.name === 'Header') {
        const [, body] = elementsOf(root);
        return [{ ...element, children: [...element.children, evil('Keep', {}, body ? [body] : [])] }];
      }
      return element.name === 'Body' ? [without(element, 'Id')] : undefined;
    });
    expect(await verdict(writeXml(forged))).to.equal('HUB_GARBLED');
  });
});
