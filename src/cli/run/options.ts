import { InvalidArgumentError } from 'commander';
import { variable } from '../../config.ts';
import { parseBytes } from '../../lib/bytes.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { Reachable } from '../reach.ts';

/** What `isol8 run` was told. */
export interface RunOptions extends Reachable {
  readonly eval?: string;
  readonly cmd?: string;
  readonly runtime?: string;
  readonly timeout?: number;
  readonly memory?: number;
  readonly cpu?: number;
  readonly processes?: number;
  readonly maxOutput?: number;
  readonly workspace?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly secret?: Readonly<Record<string, string>>;
  readonly file?: readonly SentFile[];
  readonly output?: readonly string[];
  readonly outputDir: string;
  readonly stdin?: string;
  readonly setup?: string;
  readonly workdir?: string;
  readonly sessionId?: string;
  readonly context?: string;
  readonly json?: boolean;
}

/** A file from here, and where it goes. */
export interface SentFile {
  readonly from: string;
  readonly to: string;
}

/** `NAME=value`, or `NAME` alone for the value that it has here. */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name = '', value = variable(text)] = /^([^=]+)=(.*)$/s.exec(text) ?? [undefined, text];
  if (value === undefined) throw new InvalidArgumentError(`${name} is not set here: say ${name}=value.`);
  return { ...before, [name]: value };
}

/** `here`, or `here:there`. */
export function sentFile(text: string, before: readonly SentFile[] = []): SentFile[] {
  const [, from = text, to = from.split('/').at(-1) ?? from] = /^(.+):([^:]+)$/.exec(text) ?? [];
  return [...before, { from, to }];
}

/** Another one of several. */
export function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** A span of time, in milliseconds. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed) throw new InvalidArgumentError('Say 30s, 1.5m or 250ms.');
  return parsed;
}

/** A size, in bytes. */
export function size(text: string): number {
  const parsed = parseBytes(text);
  if (!parsed) throw new InvalidArgumentError('Say 512m, 512 MiB, 1GiB, or a number of bytes.');
  return parsed;
}

/** A number above 0. */
export function positive(text: string): number {
  const parsed = Number(text);
  if (!(parsed > 0)) throw new InvalidArgumentError('Say a number above 0.');
  return parsed;
}
