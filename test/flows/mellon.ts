import { newKeyPair } from '../peer-keys.ts';
import { startApache } from './apache.ts';

/** Apache whose one page is protected by mod_auth_mellon against a hub; its metadata is at `/mellon/metadata`. */
export async function startMellon(hubMetadata: string) {
  const keys = await newKeyPair();
  return startApache({
    modules: ['auth_mellon'],
    files: {
      'sp.key': keys.privateKey,
      'sp.crt': keys.certificate,
      'idp.xml': await (await fetch(hubMetadata)).text(),
    },
    configuration: ({ folder: at, origin }) =>
      `<Location />\n AuthType Mellon\n MellonEnable auth\n MellonSecureCookie Off\n MellonCookieSameSite Lax\n MellonUser NAME_ID\n MellonEndpointPath /mellon\n MellonSPentityId ${origin}/mellon/metadata\n MellonSPPrivateKeyFile ${at}/sp.key\n MellonSPCertFile ${at}/sp.crt\n MellonIdPMetadataFile ${at}/idp.xml\n MellonAuthnContextClassRef urn:x-sanuki:ac:card-pin\n</Location>`,
  });
}
