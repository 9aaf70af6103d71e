/** Systems and browsers in the order in which they are looked for: later ones name themselves after earlier ones. */
const systems = [
  ['ipad', /\biPad\b/],
  ['iphone', /\biPhone\b/],
  ['android', /\bAndroid\b/],
  ['windows', /\bWindows NT\b/],
  ['chromebook', /\bCrOS\b/],
  ['mac', /\bMac OS X\b/],
  ['linux', /\bLinux\b/],
] as const;
const programs = [
  ['edge', /\b(?:Edg|EdgA|EdgiOS)\//],
  ['samsung', /\bSamsungBrowser\//],
  ['firefox', /\b(?:Firefox|FxiOS)\//],
  ['chrome', /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ['safari', /\bSafari\//],
] as const;

type Named<List extends readonly (readonly [string, RegExp])[]> = List[number][0];

/** What kind of device and browser somebody signed in with, as coarse as a person would say it. */
export interface BrowserFamily {
  readonly system?: Named<typeof systems> | undefined;
  readonly program?: Named<typeof programs> | undefined;
}

/** Longer ones are no browser's; the rest is not looked at. */
const longest = 400;

/**
 * Read from the User-Agent header (RFC 9110 10.1.5), which is what the browser says and no proof. Only these two words
 * are kept: no version, no model, no address, so that the ledger of sessions is no collection of fingerprints.
 */
export function browserFamilyOf(userAgent: string): BrowserFamily {
  const said = userAgent.slice(0, longest);
  const firstIn = <Name extends string>(list: readonly (readonly [Name, RegExp])[]) =>
    list.find(([, pattern]) => pattern.test(said))?.[0];
  const [system, program] = [firstIn(systems), firstIn(programs)];
  return { ...(system ? { system } : {}), ...(program ? { program } : {}) };
}
