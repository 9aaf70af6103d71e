/**
 * Attribute service: decides what a provider may see of a resident, asks the bodies that hold it and answers in the
 * ID-WSF manner. Owns the catalogue, the release policy, consent, discovery, data services, the access log, and the
 * signed messages and tokens in which all this travels; asks the directory of staff. Holds no attribute values beyond
 * one answer and speaks no HTTP: `idp` hands in what arrived and sends what comes back. The asking party's side has a
 * door of its own, `consumer`.
 */
export * from './access-log.ts';
export * from './broker.ts';
export * from './catalogue.ts';
export * from './consent.ts';
export * from './consent-request.ts';
export * from './copay.ts';
export * from './coverage.ts';
export * from './coverage-periods.ts';
export * from './coverage-xml.ts';
export * from './data-service.ts';
export * from './discovery.ts';
export * from './dst.ts';
export * from './eligibility.ts';
export * from './errors.ts';
export * from './evidence-number.ts';
export * from './faults.ts';
export * from './name-folding.ts';
export {
  discoveryEprAttribute,
  discoveryServiceType,
  faultAction,
  securityMechanisms,
} from './names.ts';
export * from './release-policy.ts';
export * from './select.ts';

export * from './soap.ts';
export type { PostToSource } from './sources/answer.ts';
export * from './sources/id-wsf.ts';
export * from './sources/json.ts';
export type { LdapStaffOptions } from './sources/ldap.ts';
export type * from './sources/source.ts';
export * from './staff.ts';
export * from './token.ts';

/** Loaded by whoever has a directory only: a hub without one stays small. */
export const loadLdapStaff = () => import('./sources/ldap.ts');
