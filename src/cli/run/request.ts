import { existsSync } from 'node:fs';
import type { ExecuteRequest } from '../../../clients/typescript/src/index.ts';
import { known } from '../../lib/known.ts';
import { read, readBytes } from '../files.ts';
import type { RunOptions } from './options.ts';
import type { Program } from './program.ts';

/**
 * What is asked of the server.
 *
 * @throws ConfigError for a file that cannot be read
 */
export function requestOf(program: Program, options: RunOptions, stdin: 'ours' | 'none'): ExecuteRequest {
  const { timeout, memory, cpu, processes, maxOutput, workspace, sessionId } = options;
  const limits = known({
    timeoutMs: timeout,
    memoryBytes: memory,
    cpuCores: cpu,
    processes,
    outputBytes: maxOutput,
    workspaceBytes: workspace,
  });
  return {
    ...program.source,
    ...known({
      runtime: program.runtime,
      stdin: options.stdin,
      setupScript: options.setup === undefined ? undefined : textOrFile(options.setup),
      workingDirectory: options.workdir,
      sessionId,
      createSessionIfMissing: sessionId !== undefined && program.runtime !== undefined ? true : undefined,
      context: options.context,
      policy: Object.keys(limits).length === 0 ? undefined : { limits },
    }),
    ...(stdin === 'ours' && { stdinMode: 'INTERACTIVE' as const }),
    arguments: program.arguments,
    env: options.env ?? {},
    secrets: options.secret ?? {},
    files: (options.file ?? []).map(({ from, to }) => ({ path: to, content: readBytes(from) })),
    outputPaths: options.output ?? [],
  };
}

/** A script, or the name of a file with one. */
function textOrFile(value: string): string {
  return existsSync(value) ? read(value) : value;
}
