import { readFile } from 'node:fs/promises';
import { type LdapStaffOptions, loadLdapStaff, type Staff } from '../../attribute-service/index.ts';
import type { Settings } from '../../config/index.ts';
import { type SamlAttribute, staffAttributeNames } from '../../federation/index.ts';
import { HubError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { HubPageError } from '../errors.ts';

/** Who a resident is at work, or undefined. Never rejects: without its directory a sign-in goes on, just without this. */
export type StaffOf = (residentRef: string) => Promise<Staff | undefined>;

/** The same with the reason why there is nothing, for whoever has to find it out. */
export interface StaffLook {
  readonly outcome: 'found' | 'no entry' | 'silent' | 'no directory';
  readonly staff?: Staff | undefined;
}

export interface StaffLookup {
  readonly staffOf: StaffOf;
  /** Never rejects. */
  readonly lookAt: (residentRef: string) => Promise<StaffLook>;
  readonly close: () => void;
}

/** Reads what the settings name and asks nobody yet: a hub starts while its directory is down. */
export async function openStaff(options: {
  readonly settings: Settings['staff'];
  readonly log: Log;
  readonly now: () => number;
}): Promise<StaffLookup> {
  const { settings, log, now } = options;
  if (!settings)
    return {
      staffOf: async () => undefined,
      lookAt: async () => ({ outcome: 'no directory' }),
      close: () => undefined,
    };
  const { passwordFile, caFile, ...directory } = settings;
  const password = (await textOf(passwordFile, 'staff.passwordFile')).trim();
  const ca = caFile === undefined ? undefined : await textOf(caFile, 'staff.caFile');
  const ldap = await openLdap({ ...directory, password, ca, now });

  async function lookAt(residentRef: string): Promise<StaffLook> {
    try {
      const found = await ldap.staffOf(residentRef);
      return { outcome: found ? 'found' : 'no entry', staff: found };
    } catch (error) {
      // Codes and our own words only: a directory's answer is about a person.
      const known = error instanceof HubError ? { code: error.code, reason: error.message } : { code: 'UNEXPECTED' };
      log.warn(known, 'no staff attributes: a party that needs them will refuse');
      return { outcome: 'silent' };
    }
  }

  return { staffOf: async (residentRef) => (await lookAt(residentRef)).staff, lookAt, close: ldap.close };
}

async function openLdap(options: LdapStaffOptions) {
  const { createLdapStaff } = await loadLdapStaff();
  try {
    return createLdapStaff(options);
  } catch (cause) {
    const reason = cause instanceof TypeError ? cause.message : 'the directory cannot be used';
    throw new HubPageError('START_REFUSED', `the settings under "staff" do not work: ${reason}`, { cause });
  }
}

async function textOf(file: string, setting: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HubPageError('START_REFUSED', `the file ${file} (${setting}) cannot be read`, { cause });
  }
}

const names = ['staffRole', 'staffLicence', 'staffFacility'] as const;

/** Whether there is anything to ask the directory for. */
export const asksForStaff = (released: readonly string[]): boolean => names.some((name) => released.includes(name));

/** Only what is both released and known; without a value there is no attribute. */
export function staffSamlAttributes(staff: Staff | undefined, released: readonly string[]): SamlAttribute[] {
  const { role, licence, facility, facilityCode } = staffAttributeNames;
  const values = [
    [role, staff?.roles ?? []],
    [licence, present(staff?.licence)],
    [facility, present(staff?.facility?.name)],
    [facilityCode, present(staff?.facility?.code)],
  ] as const;
  return values.flatMap(([{ contract, ...naming }, given]) =>
    given.length > 0 && released.includes(contract) ? [{ ...naming, values: given }] : [],
  );
}

/** The claims of the scope `staff`, by the word of a contract that releases each. */
export const staffClaims = {
  staffRole: 'staff_role',
  staffLicence: 'staff_licence',
  staffFacility: 'staff_facility',
} as const;

export function staffClaimValues(staff: Staff | undefined, released: readonly string[]): Record<string, unknown> {
  if (!staff) return {};
  const { roles, licence, facility } = staff;
  return {
    ...(released.includes('staffRole') ? { staff_role: roles } : {}),
    ...(released.includes('staffLicence') && licence !== undefined ? { staff_licence: licence } : {}),
    ...(released.includes('staffFacility') && facility ? { staff_facility: facility } : {}),
  };
}

const present = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
