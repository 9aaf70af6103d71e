import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import {
  buildAuthnRequest,
  buildErrorResponse,
  buildResponse,
  cardPin,
  nameIdFormats,
} from '../../../federation/index.ts';
import { idp, now, setUp, sp } from './world.ts';

const schemas = fileURLToPath(new URL('../../../../shared/schemas', import.meta.url));
const xmllint = '/usr/bin/xmllint';

/** Schemas are the standards' own files and lie outside the project; without them there is nothing to judge by. */
const missing = [schemas, xmllint].filter((path) => !existsSync(path));
if (missing.length > 0) process.stdout.write('  skipped: SAML schemas or xmllint are not at hand\n');
else {
  describe('SAML messages against the schemas of the standard', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sanuki-schema-'));
    });
    after(() => rm(folder, { recursive: true }));

    /** What xmllint has against a message; empty when it is valid. */
    async function faultsOf(xml: string, schema: string): Promise<string> {
      const file = join(folder, 'message.xml');
      await writeFile(file, xml);
      const args = ['--nonet', '--noout', '--schema', join(schemas, schema), file];
      const env = { ...process.env, XML_CATALOG_FILES: join(schemas, 'catalog.xml') };
      return promisify(execFile)(xmllint, args, { env }).then(
        () => '',
        (error: { stderr?: string }) => error.stderr ?? 'failed',
      );
    }

    const protocol = 'saml/saml-schema-protocol-2.0.xsd';
    const metadata = 'saml/saml-schema-metadata-2.0.xsd';

    async function target({ encrypted = false } = {}) {
      const { registry, hubKey } = await setUp({ settings: { encryptAssertion: encrypted, signResponse: true } });
      const provider = await registry.samlProvider(sp.entityId);
      return { issuer: idp.entityId, provider, acsUrl: sp.acsUrl, inResponseTo: '_r1', key: hubKey, now };
    }
    const content = {
      nameId: { value: 'pseudonym', format: nameIdFormats.persistent },
      sessionIndex: '_s1',
      contextClass: cardPin,
      authenticatedAt: now,
      sessionEndsAt: now + 3600_000,
      attributes: [
        { name: 'urn:oid:2.16.840.1.113730.3.1.241', friendlyName: 'displayName', values: ['バス セイジ', '𠮷田 <&>'] },
      ],
    };

    it('AuthnRequest, with everything it can say', async () => {
      const { partyKey } = await setUp();
      const requestedAuthnContext = { comparison: 'minimum', classRefs: [cardPin] } as const;
      const options = {
        id: '_r1',
        issuer: sp.entityId,
        destination: idp.ssoUrl,
        acsUrl: sp.acsUrl,
        now,
        forceAuthn: true,
        isPassive: true,
        requestedAuthnContext,
      };
      expect(await faultsOf(await buildAuthnRequest(options, partyKey), protocol)).to.equal('');
    });

    it('Response with a plain and with an encrypted assertion', async () => {
      for (const encrypted of [false, true])
        expect(await faultsOf(await buildResponse(content, await target({ encrypted })), protocol)).to.equal('');
    });

    it('Response with a refusal', async () => {
      const status = {
        code: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
        subcode: 'urn:oasis:names:tc:SAML:2.0:status:NoPassive',
      };
      expect(await faultsOf(await buildErrorResponse(status, await target()), protocol)).to.equal('');
    });

    it('metadata of the hub and of a party', async () => {
      const { idpMetadata, spMetadata } = await setUp();
      expect(await faultsOf(idpMetadata, metadata)).to.equal('');
      expect(await faultsOf(spMetadata, metadata)).to.equal('');
    });

    it('notices a message that is not valid', async () => {
      const xml = await buildResponse(content, await target());
      expect(await faultsOf(xml.replace(/<samlp:Status>.*<\/samlp:Status>/, ''), protocol)).to.include(
        'Schemas validity error',
      );
    });
  });
}
