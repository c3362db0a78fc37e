import type { Outcome } from '../../../gen/isol8/v1/execution_pb.ts';
import { program, type Request } from '../../support/collect.ts';

const MIB = 1024 * 1024;

/** A program that means harm, and what must come of it. */
export interface HostileCase {
  readonly name: string;
  readonly request: Request;
  readonly outcome: Outcome;
  readonly exitCode?: number;
  /** All of it, but for the end of line. */
  readonly stdout?: string | RegExp;
  readonly oomKills?: boolean;
  /** Paths of missing_output_paths, sorted. */
  readonly missing?: readonly string[];
  /** Of one of them. */
  readonly reason?: string;
  /** Paths of files, sorted. */
  readonly files?: readonly string[];
}

interface Limits {
  readonly seconds?: number;
  readonly memory?: number;
  readonly workspace?: number;
  readonly tmp?: number;
  readonly processes?: number;
}

/** A request of a Python program that has the modules which harm needs. */
export function python(code: string, limits: Limits = {}, more: Partial<Request> = {}): Request {
  const { seconds = 20, memory, workspace, tmp, processes } = limits;
  return program('python', `import ctypes, os, signal, subprocess, sys, time\n${code}`, {
    policy: {
      limits: {
        timeout: { seconds: BigInt(seconds) },
        ...(memory === undefined ? {} : { memoryBytes: BigInt(memory * MIB) }),
        ...(workspace === undefined ? {} : { workspaceBytes: BigInt(workspace * MIB) }),
        ...(tmp === undefined ? {} : { tmpBytes: BigInt(tmp * MIB) }),
        ...(processes === undefined ? {} : { processes }),
      },
    },
    ...more,
  });
}

/** Calls of libc that must all fail; prints those that do not. */
export const SYSCALLS = `
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
def must_fail(name, call, *arguments):
    try:
        result = call(*arguments)
    except OSError:
        return
    if result not in (-1, 0xffffffff) : print(name, result)
def syscall(number, *arguments):
    return libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
`;
