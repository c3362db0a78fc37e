import { createRegistry, fromBinary, type Message } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Channel, ClientError, createChannel, createClient, Metadata } from 'nice-grpc';
import { pino } from 'pino';
import { file_google_rpc_error_details } from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';
import { type Config, loadConfig } from '../config.ts';
import { type FieldViolation, refusal } from '../engine/errors.ts';
import type {
  Engine,
  EngineInfo,
  Execution,
  ExecutionEvent,
  ExecutionEventBody,
  ExecutionRequest,
  ExecutionResult,
  Limits,
  PolicyAnswer,
  PolicyQuestion,
  SelfTestRequest,
  SelfTestResult,
} from '../engine/types.ts';
import { isol8Definition } from './isol8-service.ts';
import { type GrpcServer, startServer } from './server.ts';

/** The key of servers in tests. */
export const KEY = 'a-key-for-tests-of-16';

const limits: Limits = {
  timeoutMs: 30_000,
  memoryBytes: 512,
  cpuCores: 1,
  processes: 128,
  outputBytes: 1024,
  workspaceBytes: 256,
  tmpBytes: 128,
  openFiles: 1024,
};

/** A result of the scripted engine. */
export const RESULT: ExecutionResult = {
  executionId: 'exec-1',
  sessionId: '',
  outcome: 'EXITED',
  exitCode: 0,
  phase: 'RUN',
  message: '',
  stdoutStats: { totalBytes: 0, droppedBytes: 0, truncated: false },
  stderrStats: { totalBytes: 0, droppedBytes: 0, truncated: false },
  missingOutputPaths: [],
  usage: { peakMemoryBytes: 7 },
  timings: { queuedMs: 0, acquiredMs: 1.5, totalMs: 2 },
  effectivePolicy: {
    profile: 'default',
    limits,
    onOutputLimit: 'TRUNCATE',
    network: 'NONE',
    seccomp: 'DEFAULT',
    reuse: 'NEVER',
    writableRoot: false,
    unenforced: [],
  },
  policyDigest: 'd',
};

/** Numbers events, as the engine does. */
export async function* numbered(
  bodies: Iterable<ExecutionEventBody> | AsyncIterable<ExecutionEventBody>,
): AsyncGenerator<ExecutionEvent> {
  let sequence = 0;
  for await (const body of bodies) {
    sequence += 1;
    yield { ...body, sequence, time: new Date(1000) };
  }
}

/** An engine that plays what a test wrote: the one stand-in, at the outermost edge of the service. */
export class ScriptedEngine implements Engine {
  healthy = true;
  readonly requests: ExecutionRequest[] = [];
  readonly cancelled: string[] = [];
  signal: AbortSignal | undefined;
  /** What an execution does. */
  script: (signal: AbortSignal) => Iterable<ExecutionEventBody> | AsyncIterable<ExecutionEventBody> = () => [
    { kind: 'finished', result: RESULT },
  ];
  readonly selfTests: SelfTestRequest[] = [];
  selfTestResults: SelfTestResult[] = [];
  /** What `start` throws. */
  refusal: unknown;

  start(request: ExecutionRequest, signal: AbortSignal, found: readonly FieldViolation[] = []): Execution {
    if (this.refusal !== undefined) throw this.refusal;
    if (found.length > 0) throw refusal(found);
    this.requests.push(request);
    this.signal = signal;
    return { id: 'exec-1', events: () => numbered(this.script(signal)) };
  }
  async cancel(_tenant: string, executionId: string): Promise<void> {
    this.cancelled.push(executionId);
  }
  resolve(_: PolicyQuestion, found: readonly FieldViolation[] = []): PolicyAnswer {
    const { effectivePolicy, policyDigest } = RESULT;
    return found.length > 0 ? { violations: found } : { effectivePolicy, policyDigest, violations: [] };
  }
  async info(): Promise<EngineInfo> {
    const docker = { version: '1', apiVersion: '1.41', cgroupVersion: 2, missing: [] };
    const runtimeClasses = [{ name: 'runc', unenforced: [] }];
    return {
      runtimes: [],
      defaults: limits,
      ceilings: limits,
      runtimeClasses,
      docker,
      quotas: [],
      running: 0,
      queued: 0,
    };
  }
  poolStatus() {
    return [];
  }
  async selfTest(request: SelfTestRequest, _: AbortSignal, found: readonly FieldViolation[] = []) {
    if (found.length > 0) throw refusal(found);
    this.selfTests.push(request);
    return this.selfTestResults;
  }
  async sendInput(): Promise<number> {
    return 0;
  }
  async sendSignal(): Promise<void> {}
  get files(): never {
    throw new Error('a scripted engine has no files');
  }
  get sessions(): never {
    throw new Error('a scripted engine has no sessions');
  }
  async drain(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A server over a scripted engine, and a channel to it. */
export interface TestServer extends AsyncDisposable {
  readonly server: GrpcServer;
  readonly channel: Channel;
  /** What was logged, line by line. */
  readonly lines: string[];
}

/** Starts one on a free port. */
export async function serveScripted(engine: Engine, environment: Record<string, string> = {}): Promise<TestServer> {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const config: Config = loadConfig({ ISOL8_LISTEN: '127.0.0.1:0', ISOL8_API_KEY: KEY, ...environment });
  const server = await startServer(config, engine, log);
  const channel = createChannel(server.address);
  return {
    server,
    channel,
    lines,
    async [Symbol.asyncDispose]() {
      channel.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A client that sends a key; none when it is empty. */
export function clientOf(channel: Channel, key: string = KEY) {
  const metadata = Metadata(key === '' ? {} : { authorization: `Bearer ${key}` });
  return createClient(isol8Definition, channel, { '*': { metadata } });
}

const registry = createRegistry(file_google_rpc_error_details);

/** What a failed call says, its details by their type's short name. */
export interface Failure {
  readonly code: number;
  readonly message: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into whatever came
  readonly details: Record<string, any>;
}

/** Waits for a call to fail. */
export async function failureOf(call: (onTrailer: (trailer: Metadata) => void) => Promise<unknown>): Promise<Failure> {
  let trailer: Metadata | undefined;
  try {
    await call((received) => {
      trailer = received;
    });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const bytes = trailer?.get('grpc-status-details-bin');
    const status = fromBinary(StatusSchema, bytes instanceof Uint8Array ? bytes : new Uint8Array());
    const details = status.details.map((any) => anyUnpack(any, registry) as Message);
    const named = details.map((message) => [message.$typeName.split('.').at(-1), message]);
    return { code: error.code, message: error.details, details: Object.fromEntries(named) };
  }
  throw new Error('the call did not fail');
}
