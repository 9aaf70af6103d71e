import { randomBytes } from 'node:crypto';
import { sha256 } from '../../lib/bytes.ts';
import type { Collection, CollectionDefinition, StoredRecord } from '../../storage/index.ts';
import type { Audit } from '../audit.ts';
import type { Ground } from '../ground.ts';
import { AdminError } from './errors.ts';
import { exclusivePairIn, type Role } from './roles.ts';

/** A resident who works in the console. The id, not the resident, stands in the audit and beside registrations. */
export interface Administrator extends StoredRecord {
  readonly id: string;
  readonly residentRef: string;
  readonly roles: readonly Role[];
  /** ms since 1970; every account ends, and is invited again (R20). */
  readonly until: number;
  /** Who invited: an administrator's id, or the command on the hub's own machine. */
  readonly invitedBy: string;
  readonly since: number;
  readonly revokedAt?: number | undefined;
}

/** A one-time offer of roles. Only the hash of its token is kept, so that a reader of the store cannot use it. */
export interface Invitation extends StoredRecord {
  /** SHA-256 of the token. */
  readonly id: string;
  readonly roles: readonly Role[];
  readonly until: number;
  readonly invitedBy: string;
  readonly expiresAt: number;
}

export const administratorCollection: CollectionDefinition = {
  name: 'administrator',
  unique: ['residentRef'],
  readMostly: true,
};
export const invitationCollection: CollectionDefinition = { name: 'administrator-invitation' };

const hour = 3_600_000;
const invitationMs = 24 * hour;
const hashOf = (token: string) => sha256('sanuki-invitation:', token).toString('base64url');

export interface AdministratorsOptions {
  readonly administrators: Collection<Administrator>;
  readonly invitations: Collection<Invitation>;
  readonly audit: Audit;
  readonly now: () => number;
}

type Offer = Pick<Invitation, 'roles' | 'until' | 'invitedBy'>;

/** Accounts of the console: invited, redeemed by the card of a resident, ended by date or by hand. */
export function createAdministrators({ administrators, invitations, audit, now }: AdministratorsOptions) {
  function checkOffer({ roles, until }: Offer): void {
    const pair = exclusivePairIn(roles);
    if (pair) throw new AdminError('ROLES_EXCLUSIVE', `no account holds ${pair.join(' and ')}`);
    if (roles.length === 0 || until <= now())
      throw new AdminError('INVITATION_EMPTY', 'no role, or an end that has passed');
  }

  /** The token is in the returned value only; whoever gets it first and has a card becomes the administrator. */
  async function invite(offer: Offer): Promise<{ token: string; expiresAt: number }> {
    checkOffer(offer);
    const token = randomBytes(32).toString('base64url');
    const expiresAt = now() + invitationMs;
    const { roles, until, invitedBy } = offer;
    await invitations.insert({ id: hashOf(token), roles, until, invitedBy, expiresAt });
    await audit.record({ type: 'admin.invite', result: 'ok', actor: invitedBy, detail: { roles, until } });
    return { token, expiresAt };
  }

  const peek = (token: string): Promise<Invitation | undefined> => invitations.get(hashOf(token));

  /** Spends the invitation before the account is made: of two redeemers one wins, and a crash between costs an invitation. */
  async function redeem(token: string, residentRef: string): Promise<Administrator> {
    const offered = await peek(token);
    if (offered) checkHeld(offered, await ofResident(residentRef));
    const invitation = await invitations.take(hashOf(token));
    if (!invitation) throw new AdminError('INVITATION_SPENT', 'the invitation is unknown, used or expired');
    const administrator = await grant({ ...invitation, residentRef });
    const { id, roles, until } = administrator;
    await audit.record({ type: 'admin.redeem', result: 'ok', actor: id, detail: { roles, until } });
    return administrator;
  }

  /** What somebody holds and is offered has to go together too. */
  function checkHeld({ roles }: Pick<Offer, 'roles'>, held: Administrator | undefined): void {
    const pair = exclusivePairIn([...roles, ...(held && isCurrent(held) ? held.roles : [])]);
    if (pair) throw new AdminError('ROLES_EXCLUSIVE', `no account holds ${pair.join(' and ')}`);
  }

  const isCurrent = ({ until, revokedAt }: Administrator) => until > now() && revokedAt === undefined;

  /** Adds roles to a current account, renews an ended one under its old id, or makes a new one. */
  async function grant(offer: Offer & { readonly residentRef: string }): Promise<Administrator> {
    checkOffer(offer);
    const { residentRef, roles, until, invitedBy } = offer;
    const at = now();
    const known = await ofResident(residentRef);
    if (known) {
      const renewed = await administrators.update(known.id, (current) => {
        checkHeld(offer, current);
        const held = isCurrent(current) ? current.roles : [];
        const { revokedAt: _over, ...kept } = current;
        // Another role does not prolong those that were given for less; the same roles are renewed.
        const ends = held.every((role) => roles.includes(role)) ? until : Math.min(until, current.until);
        return { ...kept, roles: [...new Set([...held, ...roles])], until: ends, invitedBy };
      });
      if (renewed) return audited(renewed);
    }
    const id = `A-${randomBytes(6).toString('hex').toUpperCase()}`;
    const made: Administrator = { id, residentRef, roles, until, invitedBy, since: at };
    await administrators.insert(made);
    return audited(made);
  }

  async function audited(account: Administrator): Promise<Administrator> {
    const { id: administrator, roles, until, invitedBy } = account;
    await audit.record({
      type: 'admin.grant',
      result: 'ok',
      actor: invitedBy,
      detail: { administrator, roles, until },
    });
    return account;
  }

  /** The account of a resident, also an ended one. */
  async function ofResident(residentRef: string): Promise<Administrator | undefined> {
    return (await administrators.find({ where: { residentRef }, limit: 1 })).records[0];
  }

  /** The account of a resident as long as it is one. Read at every request, so that an end takes effect with the next. */
  async function currentOf(residentRef: string): Promise<Administrator | undefined> {
    const found = await ofResident(residentRef);
    return found && isCurrent(found) ? found : undefined;
  }

  async function revoke(id: string, by: string): Promise<Administrator> {
    const revoked = await administrators.update(id, (current) => ({
      ...current,
      revokedAt: current.revokedAt ?? now(),
    }));
    if (!revoked) throw new AdminError('ADMINISTRATOR_UNKNOWN', 'no administrator has this id');
    await audit.record({ type: 'admin.revoke', result: 'ok', actor: by, detail: { administrator: id } });
    return revoked;
  }

  const get = (id: string) => administrators.get(id);
  const list = (page: { limit?: number; after?: string } = {}) => administrators.find(page);

  return { invite, peek, redeem, grant, ofResident, currentOf, revoke, get, list };
}

export type Administrators = ReturnType<typeof createAdministrators>;

/** The accounts on the hub's own store, for the console and for the command. */
export function openAdministrators(
  { storage, audit }: Pick<Ground, 'storage' | 'audit'>,
  now: () => number,
): Administrators {
  return createAdministrators({
    administrators: storage.collection<Administrator>(administratorCollection),
    invitations: storage.collection<Invitation>(invitationCollection),
    audit,
    now,
  });
}
