/** What residents will see and where browsers will be sent: names, logos and addresses, checked alike for both protocols. */
import { type Finding, finding } from './registration-finding.ts';

export interface Names {
  readonly ja?: string | undefined;
  readonly en?: string | undefined;
}

const nameMax = 60;
/** Control, format (zero width, turned direction), private and unassigned characters; and what a browser reads as markup. */
const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u2028\u2029<>]/u;

export function nameFindings(name: string, where: string): Finding[] {
  if (unsafe.test(name)) return [finding('NAME_UNSAFE', where, { value: name })];
  return Array.from(name).length > nameMax ? [finding('NAME_TOO_LONG', where, { value: name })] : [];
}

/** Both languages have to be there, and each has to be fit for a page. */
export function namesFindings(names: Names, where: (language: 'ja' | 'en') => string): Finding[] {
  return (['ja', 'en'] as const).flatMap((language) => {
    const name = names[language]?.trim();
    return name ? nameFindings(name, where(language)) : [finding('NAME_MISSING', where(language), { value: language })];
  });
}

const raster = /\.(png|jpe?g|webp)$/i;
const named = /\.[a-z0-9]{1,8}$/i;

/** An SVG or HTML logo is a document with scripts; an address without an ending is judged when it is fetched. */
export function logoFindings(address: string, where: string, { allowHttp }: { allowHttp: boolean }): Finding[] {
  const url = urlOf(address);
  const secure = url?.protocol === 'https:' || (allowHttp && url?.protocol === 'http:');
  const ending = url && named.test(url.pathname) ? raster.test(url.pathname) : true;
  return url && secure && ending && isPlain(address, url) ? [] : [finding('LOGO_UNSAFE', where, { value: address })];
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export const isLoopback = (url: URL): boolean => loopback.test(url.hostname);

export function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The text and what a browser makes of it are the same place: nothing is trimmed, decoded or logged in with. */
function isPlain(text: string, url: URL): boolean {
  return url.username === '' && url.password === '' && !/[\s\p{Cc}\p{Cf}#*\\]/u.test(text);
}

/** Where an answer is sent: RFC 9700 2.1 (compared as a string), 2.6 (never over plain http). */
export function addressFindings(address: string, where: string, { allowHttp }: { allowHttp: boolean }): Finding[] {
  const url = urlOf(address);
  if (!url || !/^https?:$/.test(url.protocol) || !isPlain(address, url))
    return [finding('ADDRESS_UNSAFE', where, { value: address })];
  if (url.protocol === 'http:')
    return [finding('ADDRESS_NOT_HTTPS', where, { value: address, severity: allowHttp ? 'note' : 'error' })];
  return isLoopback(url) ? [finding('ADDRESS_LOOPBACK', where, { value: address })] : [];
}
