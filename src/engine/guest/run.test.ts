import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { EndReason, type RunResponse, RunResponseSchema, Stream } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { type RunAnswer, runAnswers } from './run.ts';
import { ProtocolViolation } from './violation.ts';

type Event = NonNullable<MessageInitShape<typeof RunResponseSchema>['event']>;

const started: Event = { case: 'started', value: {} };
const out = (bytes: number, stream: Stream = Stream.STDOUT): Event => ({
  case: 'output',
  value: { stream, data: new Uint8Array(bytes) },
});
const ended = (change: object = {}): Event => ({
  case: 'ended',
  value: { reason: EndReason.PROGRAM, status: { case: 'exitCode', value: 0 }, ...change },
});

async function read(...events: Event[]): Promise<RunAnswer[]> {
  async function* responses(): AsyncGenerator<RunResponse> {
    for (const event of events) yield create(RunResponseSchema, { event });
  }
  const answers: RunAnswer[] = [];
  for await (const answer of runAnswers(responses(), {
    outputBytes: 100,
    killOnOutputLimit: true as const,
    hot: false,
  }))
    answers.push(answer);
  return answers;
}

test('a run as ours tells it', async () => {
  const answers = await read(started, out(60), out(40), ended({ stdout: { totalBytes: 130n, droppedBytes: 30n } }));
  expect(answers.map(({ kind }) => kind)).toEqual(['started', 'output', 'output', 'ended']);
});

test.each<[string, Event[]]>([
  ['output before the start', [out(1)]],
  ['two starts', [started, started]],
  ['no end', [started]],
  ['two ends', [started, ended(), ended()]],
  ['output after the end', [started, ended(), out(1)]],
  ['more output than was asked for', [started, out(60), out(41)]],
  ['empty output', [started, out(0)]],
  ['output of no stream', [started, out(1, Stream.UNSPECIFIED)]],
  ['output of an unknown stream', [started, out(1, 7 as Stream)]],
  ['counts that do not add up', [started, out(10), ended({ stdout: { totalBytes: 9n } })]],
  ['a negative count', [started, ended({ stdout: { totalBytes: -1n, droppedBytes: -1n } })]],
  ['an exit code of 4096', [started, ended({ status: { case: 'exitCode', value: 4096 } })]],
  ['signal 0', [started, ended({ status: { case: 'signal', value: 0 } })]],
  ['an end without a status', [started, ended({ status: { case: undefined } })]],
  ['an end without a reason', [started, ended({ reason: EndReason.UNSPECIFIED })]],
  ['an unknown reason', [started, ended({ reason: 99 })]],
  ['negative usage', [started, ended({ usage: { peakMemoryBytes: -5n } })]],
  ['an output limit that is not reached', [started, ended({ reason: EndReason.OUTPUT_LIMIT })]],
  ['nothing at all', []],
  ['an empty answer', [started, { case: undefined } as never]],
])('%s is refused', async (_name, events) => {
  await expect(read(...events)).rejects.toThrow(ProtocolViolation);
});
