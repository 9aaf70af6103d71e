/** Instants on the wire: xs:dateTime in UTC with whole seconds, which every SAML peer reads. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const instant = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Strict xs:dateTime with a time zone (SAML Core 1.3.3); impossible dates give undefined, never a rolled-over day. */
export function parseInstant(text: string): number | undefined {
  const match = instant.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const back = new Date(whole).toISOString();
  if (!back.startsWith(`${year}-${month}-${day}T${hour}:${minute}:${second}`)) return undefined;
  const ms = fraction ? Math.floor(Number(`0${fraction}`) * 1000) : 0;
  return whole + ms - zoneMs(zone);
}

function zoneMs(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Whether a text is YYYY-MM-DD of a day that exists. */
export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The first instant of a calendar day (YYYY-MM-DD) in one time zone, whatever the zone did with its clocks that night. */
export function startOfDay(day: string, timeZone: string): number {
  const dayOf = dayIn(timeZone);
  const noon = Date.parse(`${day}T12:00:00Z`);
  let [before, from] = [noon - 36 * 3_600_000, noon + 36 * 3_600_000];
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayOf(middle) < day) before = middle;
    else from = middle;
  }
  return from;
}

/** The calendar day of an instant in one time zone, as YYYY-MM-DD. */
export function dayIn(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`;
  };
}
