import { buildAuthnRequest, encodeRedirect, newMessageId } from '../../federation/index.ts';

/** Where the browser of a party that does not sign its requests goes to sign in. */
export async function unsignedStart(
  hub: string,
  { entityId, acsUrl }: { readonly entityId: string; readonly acsUrl: string },
): Promise<string> {
  const destination = `${hub}/saml/sso`;
  const names = { id: newMessageId(), issuer: entityId, destination, acsUrl, now: Date.now() };
  return encodeRedirect(destination, { name: 'SAMLRequest', xml: await buildAuthnRequest(names) });
}
