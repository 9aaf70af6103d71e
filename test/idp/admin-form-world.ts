import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSpMetadata } from '../../federation/index.ts';
import { newPeerRing } from '../peer-keys.ts';
import { type AdminWorld, csrfIn, type Fields, startAdminWorld } from './admin-world.ts';
import { attributeIn } from './world.ts';

export type Own = Awaited<ReturnType<AdminWorld['signedIn']>>;
export const names = { nameJa: '図書館', nameEn: 'Library' };
export const at = (path: string, id: string) => `${path}?${new URLSearchParams({ id })}`;
export const samlId = (host: string) => `saml:https://${host}/sp`;

/** A server of a party on loopback, where a trial looks. */
export async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`, close };
}

/** The console with its people in front of the registration form. */
export async function openForms() {
  const world = await startAdminWorld();
  const [registrar, approver, manager, auditor] = [
    await world.signedIn('registrar'),
    await world.signedIn('approver'),
    await world.signedIn('manager'),
    await world.signedIn('auditor'),
  ];
  const keys = await newPeerRing('sp.example');
  const certificate = keys.active('saml').certificate ?? '';
  const metadataOf = (host: string, acs = `https://${host}/acs`) =>
    buildSpMetadata({ entityId: `https://${host}/sp`, acsUrl: acs, certificate, name: { ja: '公民館', en: 'Hall' } });

  /** Sends the form as its page does; what the page prefilled is not sent, unless it is among the fields. */
  async function send(own: Own, fields: Fields, path = '/admin/providers/new'): Promise<Response> {
    const csrf = csrfIn(await world.textOf(own, path));
    return world.upload(own, path, {
      csrf,
      protocol: 'saml',
      entry: 'document',
      seen: '0',
      do: 'save',
      ...names,
      ...fields,
    });
  }

  async function approve(id: string): Promise<void> {
    const page = await world.textOf(approver, at('/admin/provider', id));
    const [, what = '', seen = ''] = /name="what" value="(\w+)".*?name="seen" value="(\d+)"/s.exec(page) ?? [];
    const fields = { csrf: csrfIn(page), id, what, seen, outcome: 'approved', comment: '確かめた' };
    const { status } = await world.post(approver, '/admin/provider/decide', fields);
    if (status !== 303) throw new Error(`not approved: ${status}`);
  }

  return { ...world, registrar, approver, manager, auditor, metadataOf, send, approve };
}

export type FormWorld = Awaited<ReturnType<typeof openForms>>;

/** What the page's form would send back of its hidden fields and of its text. */
export function keptIn(html: string): Record<string, string> {
  const hidden = ['seen', 'fetchedAt', 'fetchedToken', 'logoKept', 'entry'].flatMap((name) => {
    const value = attributeIn(html, new RegExp(`name="${name}" value="([^"]*)"`));
    return value === '' ? [] : [[name, value]];
  });
  const document = attributeIn(html, /<textarea id="metadata"[^>]*>([^<]*)</)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return { ...Object.fromEntries(hidden), metadata: document };
}
