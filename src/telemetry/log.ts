import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/**
 * The log: JSON lines on standard error, so that standard output stays the program's own. Code, environments, keys
 * and secrets are never handed to it; the redaction here is the second fence.
 */
export function createLog(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['*.authorization', '*.apiKey', '*.key', '*.env', '*.secrets', '*.code'], censor: '[redacted]' },
    },
    destination,
  );
}
