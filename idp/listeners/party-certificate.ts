import { isCertificateOf, type ProviderRecord } from '../../federation/index.ts';
import type { Connection } from './arrival.ts';

/**
 * R140, in the manner of RFC 8705: on a listener that demands certificates a party is heard over its own connection
 * only. Asked with the registration as it stands now, so that a withdrawn certificate ends at the next request, also on
 * a connection that was open before.
 */
export const comesByOwnConnection = (
  record: ProviderRecord,
  { demandsCertificate, certificate }: Connection,
): boolean => !demandsCertificate || (certificate !== undefined && isCertificateOf(record, certificate));
