import { type ApiScope, apiScopes, personScopes } from '../../federation/index.ts';
import type { Act } from './roles.ts';

/** Which acts of the table of roles a scope of the administration API covers; all others are nobody's there. */
const table: Readonly<Record<ApiScope, readonly Act[]>> = {
  'admin.providers.read': ['provider.read'],
  'admin.providers.write': ['provider.register', 'provider.change', 'provider.suspend'],
  'admin.providers.approve': ['provider.approve', 'provider.resume'],
  'admin.administrators.read': ['administrator.read'],
  'admin.audit.read': ['audit.read'],
  // With a code that only a holder has; whoever adds an act to it gives it to every telephone line.
  'admin.cards.stop': ['card.suspend'],
  'events.register': ['event.register'],
  'events.coverage': ['event.coverage'],
};

/** The scope that an act needs at the API; undefined where the API never does it (invitations, cards). */
export const scopeFor = (act: Act): ApiScope | undefined => apiScopes.find((scope) => table[scope].includes(act));

/** Acts that somebody has to answer for: a program never does them in its own name, whatever its token says. */
export function needsPerson(act: Act): boolean {
  const scope = scopeFor(act);
  return scope === undefined || personScopes.includes(scope);
}
