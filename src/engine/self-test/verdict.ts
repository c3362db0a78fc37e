import type { ExecutionResult, SelfTestVerdict } from '../types.ts';
import type { Attempt } from './attempt.ts';

/** What files of an attempt hold that may be given back. */
export const MARK = 'left by an attempt of the self-test\n';

/** How the program of an attempt ended. */
export interface Ended {
  readonly result: ExecutionResult;
  readonly stdout: string;
  readonly stderr: string;
  /** What was given back, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** What came of an attempt. */
export interface Judgement {
  readonly verdict: SelfTestVerdict;
  /** One line. */
  readonly message: string;
}

interface Report {
  readonly reached: readonly string[];
  readonly refused: readonly string[];
}

const MAX_MESSAGE_LENGTH = 400;

/** Judges an attempt by what it could do. One that did not come to its end says nothing, and counts as such. */
export function judge(attempt: Attempt, ended: Ended): Judgement {
  const report = reportOf(ended);
  if (report === undefined) return notJudged(whyBroken(ended));
  const { outputPaths = [] } = attempt;
  const foreign = [...ended.files].filter(([, content]) => content !== MARK).map(([path]) => `${path} was given back`);
  const reached = [...report.reached, ...foreign];
  if (reached.length > 0) return succeeded(attempt, summary(reached));
  if (outputPaths.includes('ours') && !ended.files.has('ours')) return notJudged('its own file was not given back');
  const kept = outputPaths.length === 0 ? [] : [`${ended.result.missingOutputPaths.length} paths were not given back`];
  const refused = [...report.refused, ...kept];
  if (refused.length === 0) return notJudged('it tried nothing');
  return { verdict: 'REFUSED', message: summary(refused) };
}

/** Nothing is known: that is no pass. */
export function notJudged(message: string): Judgement {
  return { verdict: 'NOT_JUDGED', message: oneLine(message) };
}

function succeeded({ knownLimit }: Attempt, message: string): Judgement {
  if (knownLimit === undefined) return { verdict: 'SUCCEEDED', message };
  return { verdict: 'KNOWN_LIMIT', message: oneLine(`${message}; ${knownLimit}`) };
}

function reportOf({ result, stdout }: Ended): Report | undefined {
  if (result.outcome !== 'EXITED' || result.exitCode !== 0) return undefined;
  try {
    const { reached, refused } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    return Array.isArray(reached) && Array.isArray(refused) ? { reached, refused } : undefined;
  } catch {
    return undefined;
  }
}

function whyBroken({ result, stdout, stderr }: Ended): string {
  const last = stderr.trimEnd().split('\n').at(-1) || stdout.trimEnd().split('\n').at(-1) || result.message;
  const how = result.outcome === 'EXITED' ? `exit code ${result.exitCode}` : result.outcome;
  return `the program did not come to its end (${how}): ${last}`;
}

/** The first, and how many there are. */
function summary([first = '', ...others]: readonly string[]): string {
  return oneLine(others.length === 0 ? first : `${first} (and ${others.length} more)`);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line;
}
