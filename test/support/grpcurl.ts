import { type Ended, must, type Running, run } from './command.ts';

const GRPCURL = '.tools/bin/grpcurl';

/** Brings the tool when it is not there. */
export async function bringGrpcurl(): Promise<void> {
  await must('make', '--silent', GRPCURL);
}

/** Runs grpcurl without TLS. */
export async function grpcurl(args: readonly string[], running?: Running): Promise<Ended> {
  return await run(GRPCURL, ['-plaintext', ...args], running);
}

/** The arguments that carry a key. */
export function withKey(key: string): string[] {
  return ['-H', `authorization: Bearer ${key}`];
}

/** The exit code of grpcurl for a gRPC status. */
export function exitCodeOf(status: number): number {
  return 64 + status;
}
