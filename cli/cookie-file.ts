import { readFile, writeFile } from 'node:fs/promises';
import { Cookie, CookieJar } from 'tough-cookie';

const httpOnlyMark = '#HttpOnly_';

/** Reads a cookie file in the Mozilla format (as curl, wget and Python write it); a missing file is an empty jar. */
export async function readCookieFile(path: string): Promise<CookieJar> {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  for (const line of (await textOf(path)).split(/\r?\n/)) {
    const kept = cookieOf(line);
    if (kept) await jar.setCookie(kept.cookie, kept.url, { ignoreError: true });
  }
  return jar;
}

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
  const host = dotted.replace(/^\./, '');
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

export async function writeCookieFile(path: string, jar: CookieJar): Promise<void> {
  const lines = (await allCookies(jar)).map((cookie) => {
    const { domain, path: at, secure, expires, key, value, httpOnly, hostOnly } = cookie;
    const seconds = expires instanceof Date ? Math.floor(expires.getTime() / 1000) : 0;
    const flag = (is: boolean) => (is ? 'TRUE' : 'FALSE');
    const host = hostOnly === false ? `.${domain ?? ''}` : (domain ?? '');
    const fields = [host, flag(hostOnly === false), at ?? '/', flag(secure), String(seconds), key, value];
    return `${httpOnly ? httpOnlyMark : ''}${fields.join('\t')}`;
  });
  await writeFile(path, ['# Netscape HTTP Cookie File', '', ...lines, ''].join('\n'), { mode: 0o600 });
}

function allCookies(jar: CookieJar): Promise<Cookie[]> {
  return new Promise((resolve, reject) => {
    jar.store.getAllCookies((error, cookies = []) => (error ? reject(error) : resolve(cookies)));
  });
}
