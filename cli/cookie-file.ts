import { readFile, writeFile } from 'node:fs/promises';
import { Cookie, CookieJar } from 'tough-cookie';

const httpOnlyMark = '#HttpOnly_';

/**
 * Two dialects of the Mozilla format: curl and wget write a session's expiry as 0; Python's http.cookiejar leaves it
 * empty, takes 0 for long gone, and calls this host `localhost.local`. A file is written back as it was.
 */
type Dialect = 'curl' | 'python';

export interface CookieFile {
  readonly jar: CookieJar;
  readonly dialect: Dialect;
}

/** Reads a cookie file in the Mozilla format; a missing file is an empty jar. */
export async function readCookieFile(path: string): Promise<CookieFile> {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  const text = await textOf(path);
  for (const line of text.split(/\r?\n/)) {
    const kept = cookieOf(line);
    if (kept) await jar.setCookie(kept.cookie, kept.url, { ignoreError: true });
  }
  return { jar, dialect: dialectOf(text) };
}

const dialectOf = (text: string): Dialect =>
  /rfc\/cookie_spec\.html|localhost\.local\t/.test(text) ? 'python' : 'curl';

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** domain, subdomains, path, secure, expiry in seconds (0 or empty for a session), name, value; separated by tabs. */
function cookieOf(line: string): { cookie: Cookie; url: string } | undefined {
  const httpOnly = line.startsWith(httpOnlyMark);
  const text = httpOnly ? line.slice(httpOnlyMark.length) : line;
  const fields = text.split('\t');
  if (text.startsWith('#') || fields.length !== 7) return undefined;
  const [dotted = '', subdomains, path = '/', secure, expiry = '', key = '', value = ''] = fields;
  const host = dotted.replace(/^\./, '').replace(/^localhost\.local$/, 'localhost');
  const seconds = Number(expiry);
  const cookie = new Cookie({
    key,
    value,
    // A cookie of one host alone has no domain; the jar takes the host from the address.
    ...(subdomains === 'TRUE' ? { domain: host } : {}),
    path,
    secure: secure === 'TRUE',
    httpOnly,
    expires: seconds > 0 ? new Date(seconds * 1000) : 'Infinity',
  });
  return { cookie, url: `${cookie.secure ? 'https' : 'http'}://${host}${path}` };
}

export async function writeCookieFile(path: string, { jar, dialect }: CookieFile): Promise<void> {
  const python = dialect === 'python';
  const lines = (await allCookies(jar)).map((cookie) => {
    const { domain, path: at, secure, expires, key, value, httpOnly, hostOnly } = cookie;
    const seconds = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : python ? '' : 0;
    const flag = (is: boolean) => (is ? 'TRUE' : 'FALSE');
    const name = python && domain === 'localhost' ? 'localhost.local' : (domain ?? '');
    const host = hostOnly === false ? `.${name}` : name;
    const fields = [host, flag(hostOnly === false), at ?? '/', flag(secure), String(seconds), key, value];
    return `${httpOnly ? httpOnlyMark : ''}${fields.join('\t')}`;
  });
  const head = ['# Netscape HTTP Cookie File', ...(python ? ['# http://curl.haxx.se/rfc/cookie_spec.html'] : []), ''];
  await writeFile(path, [...head, ...lines, ''].join('\n'), { mode: 0o600 });
}

function allCookies(jar: CookieJar): Promise<Cookie[]> {
  return new Promise((resolve, reject) => {
    jar.store.getAllCookies((error, cookies = []) => (error ? reject(error) : resolve(cookies)));
  });
}
