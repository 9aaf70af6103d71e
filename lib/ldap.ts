import { Client } from 'ldapts';
import { singleSocket, tlsTo } from './outgoing-socket.ts';

export interface LdapAccount {
  /** ldap://host:port or ldaps://host:port. */
  readonly url: string;
  /** With ldap://: TLS before the password is sent, or no connection. */
  readonly startTls?: boolean | undefined;
  /** PEM of the authority that signed the directory's certificate; the system's own when absent. */
  readonly ca?: string | undefined;
  readonly bindDn: string;
  readonly password: string;
  /** The longest that connecting takes. */
  readonly deadlineMs: number;
}

/** A connection that has bound; it is never opened a second time. */
export interface LdapConnection {
  readonly client: Client;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** Opens, secures and binds (RFC 4511 4.2, 4.14). Rejects with what the library says; a password never is in it. */
export async function openLdap({
  url,
  startTls = false,
  ca,
  bindDn,
  password,
  deadlineMs,
}: LdapAccount): Promise<LdapConnection> {
  const { hostname, protocol } = new URL(url);
  const socket = singleSocket();
  const client = new Client({
    url,
    connectTimeout: deadlineMs,
    // Given any TLS options, ldapts speaks TLS from the start.
    ...(protocol === 'ldaps:' ? { tlsOptions: tlsTo(hostname, ca) } : {}),
    createConnection: socket.connectTcp,
    createSecureConnection: socket.connectTls,
  });
  const close = () => {
    // A connection that is broken already cannot say goodbye; its end is all that is wanted.
    client.unbind().catch(() => undefined);
  };
  try {
    if (startTls && protocol === 'ldap:') await client.startTLS(tlsTo(hostname, ca));
    await client.bind(bindDn, password);
  } catch (error) {
    close();
    throw error;
  }
  return { client, isOpen: socket.isOpen, close };
}
