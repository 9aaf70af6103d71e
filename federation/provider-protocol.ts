/** Protocols in which residents sign in at a provider; the other kinds of registration never take part in a sign-in. */
export type SignInProtocol = 'saml' | 'oidc';

/** Kinds of registrations: services of either sign-in protocol, and bodies that hold data and are asked by the hub alone. */
export const providerProtocols = ['saml', 'oidc', 'id-wsf'] as const satisfies readonly (SignInProtocol | 'id-wsf')[];
export type ProviderProtocol = (typeof providerProtocols)[number];

/** Another word means SAML, the oldest kind: forms leave it out. */
export const protocolNamed = (text: string | null | undefined): ProviderProtocol =>
  providerProtocols.find((protocol) => protocol === text) ?? 'saml';

/** A registration id taken apart; undefined where no registration can have it. */
export function splitProviderId(id: string): { readonly protocol: ProviderProtocol; readonly key: string } | undefined {
  const protocol = providerProtocols.find((one) => id.startsWith(`${one}:`));
  return protocol && { protocol, key: id.slice(protocol.length + 1) };
}
