import { createLdapStaff, type LdapStaffOptions } from '../../attribute-service/sources/ldap.ts';
import { parseSettings } from '../../config/index.ts';
import { trialDirectory } from '../../trial/index.ts';

const { baseDn, bindDn } = trialDirectory;
export const password = 'pass (word) \\ * 讃岐';
/** The begin of day 20000, UTC. */
export const instant = 20_000 * 86_400_000;

const defaults = parseSettings({
  profile: 'trial',
  origin: 'http://localhost:1',
  data: '/nowhere',
  service: {
    name: { ja: 'a', en: 'a' },
    operator: { ja: 'a', en: 'a' },
    support: { phone: '1', hours: { ja: 'a', en: 'a' } },
  },
  staff: { url: 'ldap://127.0.0.1:1', bindDn, baseDn, passwordFile: '/nowhere' },
}).staff;

/** The hub's side with the defaults of its settings. */
export function staffClient(url: string, more: Partial<LdapStaffOptions> = {}) {
  if (!defaults) throw new TypeError('no settings');
  const { passwordFile: _passwordFile, caFile: _caFile, ...settings } = defaults;
  return createLdapStaff({ ...settings, url, password, now: () => instant, ...more });
}
