import { posix } from 'node:path';
import { ExecutionFailedError } from '../errors.ts';
import type { Result } from '../result.ts';
import type { OutputFile } from '../types/result.ts';
import type { ExecutionRequest, ExecutionResult, ResourceUsage } from './types.ts';

/** What a shell says of a program that was killed. */
const KILLED = 137;

const TIMED_OUT = '--- EXECUTION TIMED OUT ---';

/** A result in the reference's shape. */
export function toResult(result: Result, { runtime, outputPaths }: ExecutionRequest, asked: Date): ExecutionResult {
  const lines = [result.stderr.trimEnd(), result.outcome === 'TIMED_OUT' ? TIMED_OUT : ''];
  return {
    stdout: result.stdout.trimEnd(),
    stderr: lines.filter((line) => line !== '').join('\n'),
    exitCode: exitCodeOf(result),
    durationMs: result.durationMs,
    truncated: result.truncated,
    executionId: result.executionId,
    runtime,
    timestamp: asked.toISOString(),
    outcome: result.outcome,
    ...(outputPaths && { files: filesOf(result.files, outputPaths) }),
    resourceUsage: usageOf(result),
    ...(result.networkLog.length > 0 && {
      networkLogs: result.networkLog.map(({ time, host, allowed }) => ({
        timestamp: (time ?? asked).toISOString(),
        host,
        action: allowed ? ('ALLOW' as const) : ('BLOCK' as const),
      })),
    }),
  };
}

/**
 * The result, when there is one in the reference's sense: a program ran.
 *
 * @throws ExecutionFailedError
 */
export function checkRan(result: Result): Result {
  const { outcome, phase, stderr, message } = result;
  if (outcome === 'SETUP_FAILED' && phase === 'SETUP') {
    const why = stderr.trim() || message;
    throw new ExecutionFailedError(`Setup script failed (exit code ${exitCodeOf(result)}): ${why}`, result);
  }
  return RAN.has(outcome) ? result : result.check();
}

const RAN = new Set<string>(['EXITED', 'SIGNALED', 'TIMED_OUT', 'OUT_OF_MEMORY', 'OUTPUT_LIMIT_EXCEEDED', 'CANCELLED']);

/** An exit code for every end. */
export function exitCodeOf({ exitCode, signal }: Pick<Result, 'exitCode' | 'signal'>): number {
  return exitCode ?? (signal === undefined ? KILLED : 128 + signal);
}

/** Contents by the path that was asked for, or that a glob found. */
function filesOf(files: readonly OutputFile[], outputPaths: readonly string[]): Record<string, string> {
  const askedFor = new Map(outputPaths.map((path) => [posix.resolve('/sandbox', path), path]));
  const entries = files.map(({ path, content }) => {
    const name = askedFor.get(posix.resolve('/sandbox', path)) ?? path;
    return [name, Buffer.from(content).toString('base64')];
  });
  return Object.fromEntries(entries);
}

function usageOf({ usage, durationMs }: Result): ResourceUsage {
  const { cpuUserMs, cpuSystemMs = 0, peakMemoryBytes, networkReceivedBytes, networkSentBytes } = usage;
  return {
    ...(cpuUserMs !== undefined && durationMs > 0 && { cpuPercent: ((cpuUserMs + cpuSystemMs) / durationMs) * 100 }),
    ...(peakMemoryBytes !== undefined && { memoryMB: peakMemoryBytes / 1024 ** 2 }),
    ...(networkReceivedBytes !== undefined && { networkBytesIn: networkReceivedBytes }),
    ...(networkSentBytes !== undefined && { networkBytesOut: networkSentBytes }),
  };
}
