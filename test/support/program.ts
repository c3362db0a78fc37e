import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallOptions } from 'nice-grpc';
import type { ExecuteRequestSchema, ExecuteResponse, ExecuteStreamResponse } from '../../gen/isol8/v1/execution_pb.ts';
import type { DockerConnection } from '../../src/engine/docker/connect.ts';
import { listContainers } from '../../src/engine/docker/containers.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import type { TestClient } from './client.ts';
import { hostProcesses } from './host.ts';

/**
 * A program for bash that does what it can to stay: deaf to signals, with children in sessions of their own, one of
 * them a grandchild that nobody waits for, and $1 more that never rest. It says its uid when all of them run.
 */
export const CLINGING = `
trap '' HUP INT TERM
setsid sleep 31415926 &
(setsid bash -c 'trap "" HUP TERM; setsid sleep 31415926 & sleep 31415926' &)
until (( $(cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^sleep$') == 3 )); do :; done
for ((i = 0; i < $1; i++)); do bash -c 'while :; do :; done' & done
echo "ready $(id -u)"
wait; sleep 31415926
`;

/** How many processes CLINGING has on the host beside those that never rest. */
export const CLINGING_PROCESSES = 5;

/** A request to run CLINGING. */
export function clinging(spinning = 0, timeoutSeconds = 300): MessageInitShape<typeof ExecuteRequestSchema> {
  return {
    runtime: 'bash',
    source: { case: 'code', value: CLINGING },
    arguments: [String(spinning)],
    policy: { limits: { timeout: { seconds: BigInt(timeoutSeconds) } } },
  };
}

/** A program that has said that it is ready, and runs. */
export interface ReadyProgram {
  readonly id: string;
  /** Of its sandbox. */
  readonly uid: number;
  /** Reads to the end; rejects when the call ends without a result. */
  readonly finished: () => Promise<ExecuteResponse>;
}

/** Runs a program until it says "ready" and its uid. */
export async function untilReady(
  client: TestClient,
  request: MessageInitShape<typeof ExecuteRequestSchema>,
  options: CallOptions = {},
): Promise<ReadyProgram> {
  const events = client.isol8.executeStream({ execute: request }, options)[Symbol.asyncIterator]();
  let id = '';
  let text = '';
  while (!text.includes('\n')) {
    const event = (await next(events))?.event?.event;
    if (event?.case === 'started') id = event.value.executionId;
    if (event?.case === 'output') text += event.value.content.value;
    if (event === undefined || event.case === 'finished') throw new Error(`it ended without being ready: ${text}`);
  }
  const uid = Number(/^ready (\d+)\n/.exec(text)?.[1]);
  return { id, uid, finished: () => result(events) };
}

/** What is left of a sandbox: processes of its uid, and containers of its server that have this uid. */
export async function tracesOf(docker: DockerConnection, instance: string, uid: number): Promise<string[]> {
  const containers = await listContainers(docker, `${LABELS.instance}=${instance}`);
  return [
    ...hostProcesses()
      .filter((one) => one.uid === uid)
      .map((one) => `${one.pid} ${one.command}`),
    ...containers.filter(({ labels }) => labels[LABELS.uid] === String(uid)).map(({ id, state }) => `${id} ${state}`),
  ];
}

type Events = AsyncIterator<ExecuteStreamResponse>;

async function next(events: Events): Promise<ExecuteStreamResponse | undefined> {
  const { value, done } = await events.next();
  return done === true ? undefined : value;
}

async function result(events: Events): Promise<ExecuteResponse> {
  for (;;) {
    const answer = await next(events);
    if (answer === undefined) throw new Error('a stream without finished');
    if (answer.event?.event.case === 'finished') return answer.event.event.value;
  }
}
