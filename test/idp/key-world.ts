import { X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { SignedXml } from 'xml-crypto';
import { openCardKeyRotation, openFederation, openGround } from '../../idp/index.ts';
import { rotatingKeys } from '../../idp/rotating-keys.ts';
import type { TestHub } from './world.ts';

/** So many seconds as the settings say times. */
export const seconds = (count: number): number => count / 86_400;

/** The keys as another process of the hub has them: with its own connection to the same store. */
export async function otherProcess({ settings }: Pick<TestHub, 'settings'>) {
  const ground = await openGround({ settings, now: Date.now });
  const { rotation, keys } = await openFederation(ground, { settings, now: Date.now });
  const makeVersion = () => Promise.reject(new Error('only the key service makes versions'));
  const cardRotation = await openCardKeyRotation({ storage: ground.storage, settings, makeVersion, now: Date.now });
  const audited = async () => {
    const { records } = await ground.journal.read({ limit: 1000 });
    return records.map(({ entry }) => entry as { type: string; detail: { keys: readonly string[] } });
  };
  return { rotation, keys, rotating: rotatingKeys({ rotation, cardRotation, settings }), audited, close: ground.close };
}

/** The certificates that metadata names, as PEM text. */
export function certificatesIn(metadata: string): string[] {
  const role = metadata.slice(metadata.indexOf('IDPSSODescriptor'));
  return [...role.matchAll(/<ds:X509Certificate>([^<]+)</g)].map(([, der = '']) =>
    new X509Certificate(Buffer.from(der, 'base64')).toString(),
  );
}

/** Whether xml-crypto takes every signature in the text, each by one of these certificates. */
export function isSignedByOneOf(certificates: readonly string[], text: string): boolean {
  const blocks = text.match(/<ds:Signature[\s>][\s\S]*?<\/ds:Signature>/g) ?? [];
  return (
    blocks.length > 0 && blocks.every((block) => certificates.some((publicCert) => takes(publicCert, block, text)))
  );
}

function takes(publicCert: string, block: string, text: string): boolean {
  const judge = new SignedXml({ publicCert });
  judge.loadSignature(block);
  try {
    return judge.checkSignature(text);
  } catch (error) {
    // That is how it says that the key is another one.
    if (error instanceof Error && /signature/i.test(error.message)) return false;
    throw error;
  }
}

/** A page of a hub that listens elsewhere than its origin says, as behind a proxy. */
export function getAt(port: number, url: string): Promise<string> {
  const { host, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ port, path: pathname, headers: { host } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}
