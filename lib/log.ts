import { pino } from 'pino';

/** The one logger, on standard error: standard output belongs to what a command was asked for. Names of fields that could carry a secret are removed wherever they stand, as a second line of defence. */
export function createLog({
  level = 'info',
  name,
  destination,
}: {
  level?: string;
  name: string;
  destination?: NodeJS.WritableStream;
}) {
  const secrets = [
    'pin',
    'secret',
    'password',
    'token',
    'cookie',
    'authorization',
    'proof',
    'blinded',
    'evaluated',
    'sealed',
    'ck',
  ];
  const options = {
    level,
    name,
    redact: { paths: secrets.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
  };
  return pino(options, destination ?? pino.destination(2));
}

export type Log = Pick<ReturnType<typeof createLog>, 'info' | 'warn' | 'error' | 'debug'>;
