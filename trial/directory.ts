import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import ldap from 'ldapjs';
import { trialAddresses } from './addresses.ts';
import { type TrialStaff, trialStaff } from './staff.ts';

const suffix = 'dc=kagawa-ssc,dc=example';
const baseDn = `ou=staff,${suffix}`;
const bindDn = `cn=hub,${suffix}`;

/** As LDAP has it: a name, and any number of values per attribute. */
export interface DirectoryEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** The trial's staff as inetOrgPerson (RFC 2798) and shadowAccount (RFC 2307), each marked as made up. */
export const trialDirectory = {
  suffix,
  baseDn,
  bindDn,
  entries: [
    { dn: baseDn, attributes: { objectClass: ['organizationalUnit'], ou: ['staff'] } },
    ...trialStaff.map(entryOf),
  ] as readonly DirectoryEntry[],
};

function entryOf({ id, name, roles, licence, facility, residentId, endsOnDay }: TrialStaff): DirectoryEntry {
  const optional = {
    title: licence,
    employeeNumber: residentId,
    shadowExpire: endsOnDay === undefined ? undefined : String(endsOnDay),
  };
  const present = Object.entries(optional).flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]]]));
  return {
    dn: `uid=${id},${baseDn}`,
    attributes: {
      objectClass: ['inetOrgPerson', 'shadowAccount'],
      uid: [id],
      cn: [name],
      sn: [name.split(' ')[0] ?? name],
      description: ['架空データ'],
      employeeType: roles,
      departmentNumber: [facility.code],
      o: [facility.name],
      ...Object.fromEntries(present),
    },
  };
}

const passwordFileOf = (data: string) => join(data, 'directory', 'password');

/** A new password for the hub's account at every start: only the two processes of this start know it. */
export async function renewDirectoryPassword(data: string): Promise<void> {
  const file = passwordFileOf(data);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export const readDirectoryPassword = async (data: string): Promise<string> =>
  (await readFile(passwordFileOf(data), 'utf8')).trim();

/** What the hub of a trial is told about its directory. */
export const trialStaffSettings = ({ data, base }: { data: string; base: number }) => ({
  url: trialAddresses(base).directory.url,
  bindDn,
  baseDn,
  passwordFile: passwordFileOf(data),
});

export interface DirectoryOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly password: string;
  readonly entries?: readonly DirectoryEntry[];
}

/** What of ldapjs's requests and answers is used here; its own types leave them open. */
interface Request {
  /** Text or parsed, by the kind of request. */
  readonly dn: { toString(): string };
  readonly credentials?: string;
  readonly scopeName: string;
  readonly sizeLimit: number;
  readonly attributes: readonly string[];
  readonly filter: { matches(attributes: object, strictCase: boolean): boolean };
  readonly connection: { readonly ldap: { readonly bindDN: { equals(dn: string): boolean } } };
}
interface Answer {
  attributes: readonly string[];
  send(entry: object): void;
  end(status?: number): void;
}
type Next = (error?: object) => void;

const sizeLimitExceeded = 4;

/** A small LDAP directory in memory: it can be read by one account, and written by nobody. */
export async function startDirectory({ listen, password, entries = trialDirectory.entries }: DirectoryOptions) {
  const server = ldap.createServer() as ldap.Server & { newConnection(socket: Socket): void };
  server.bind(bindDn, (request: Request, answer: Answer, next: Next) => {
    if (!parsed(request.dn).equals(bindDn) || request.credentials !== password)
      return next(new ldap.InvalidCredentialsError());
    answer.end();
    return next();
  });
  server.search(suffix, (request: Request, answer: Answer, next: Next) => {
    if (!request.connection.ldap.bindDN.equals(bindDn)) return next(new ldap.InsufficientAccessRightsError());
    const found = entries.filter(
      (entry) => isWithin(request, entry) && request.filter.matches(entry.attributes, false),
    );
    const limit = request.sizeLimit || found.length;
    // The library would compare the names that were asked for in their own case with ours in lower case.
    answer.attributes = ['*'];
    for (const entry of found.slice(0, limit)) answer.send({ dn: entry.dn, attributes: selected(entry, request) });
    answer.end(found.length > limit ? sizeLimitExceeded : 0);
    return next();
  });
  // What is not LDAP ends the connection and nothing else.
  server.on('error', () => undefined);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    // An answer is several small messages: none of them waits for the other side's acknowledgement.
    socket.setNoDelay();
    socket.once('close', () => sockets.delete(socket));
    server.newConnection(socket);
  });
  listener.listen(listen.port, listen.host);
  await once(listener, 'listening');

  async function close(): Promise<void> {
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  return { close };
}

const parsed = (dn: Request['dn']) => ldap.parseDN(dn.toString());

function isWithin({ dn, scopeName }: Request, entry: DirectoryEntry): boolean {
  const base = parsed(dn);
  if (base.equals(entry.dn)) return scopeName !== 'single';
  return scopeName !== 'base' && base.parentOf(entry.dn);
}

/** RFC 4511 4.5.1.8: no list and "*" both mean all. */
function selected({ attributes }: DirectoryEntry, { attributes: asked }: Request): DirectoryEntry['attributes'] {
  const names = new Set(asked.map((name) => name.toLowerCase()));
  if (names.size === 0 || names.has('*')) return { ...attributes };
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.has(name.toLowerCase())));
}
