import helmet from 'helmet';

/**
 * The security headers of every answer, as helmet has them; worked out once, because they never change. The policy
 * (Content-Security-Policy) is the page's own.
 */
export function commonHeaders({
  https,
  referrerPolicy,
}: {
  https: boolean;
  referrerPolicy: 'no-referrer' | 'same-origin';
}): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader(name: string, value: unknown): void {
      headers[name.toLowerCase()] = String(value);
    },
    removeHeader: () => undefined,
  };
  const apply = helmet({
    contentSecurityPolicy: false,
    crossOriginEmbedderPolicy: false,
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: referrerPolicy },
    xFrameOptions: { action: 'deny' },
  });
  apply({} as never, response as never, (error?: unknown) => {
    if (error) throw error;
  });
  return headers;
}
