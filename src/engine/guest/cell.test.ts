import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { EndReason, RunCellResponseSchema, RunFailureReason, Stream } from '../../../gen/isol8/guest/v1/guest_pb.ts';
import { type CellAnswer, cellAnswers } from './cell.ts';
import { ProtocolViolation } from './violation.ts';

type Event = NonNullable<MessageInitShape<typeof RunCellResponseSchema>['event']>;

const started: Event = { case: 'started', value: { fresh: true } };
const ended = (more: object = {}): Event => ({ case: 'ended', value: { reason: EndReason.PROGRAM, ...more } });
const output = (bytes: number): Event => ({
  case: 'output',
  value: { stream: Stream.STDOUT, data: new Uint8Array(bytes) },
});
const display = (bytes: number, more: object = {}): Event => ({
  case: 'display',
  value: { mimeType: 'text/plain', data: new Uint8Array(bytes), formEnds: true, ends: true, ...more },
});

async function answers(events: readonly Event[]): Promise<CellAnswer[]> {
  async function* responses() {
    for (const event of events) yield create(RunCellResponseSchema, { event });
  }
  return await Array.fromAsync(cellAnswers(responses(), { outputBytes: 100, displayBytes: 1000 }));
}

test('a cell in its order', async () => {
  const stdout = { totalBytes: 150n, droppedBytes: 50n };
  const frames = [{ file: '<cell 1>', line: 2, function: 'f', source: '1 / 0' }];
  const error = { name: 'ZeroDivisionError', message: 'division by zero', frames };
  const all = await answers([started, output(100), display(3), ended({ stdout, error, exitCode: 1 })]);
  expect(all.map(({ kind }) => kind)).toEqual(['started', 'output', 'display', 'ended']);
  expect(all[3]).toMatchObject({ end: { by: 'PROGRAM', exitCode: 1, stdoutBytes: 150, error, contextEnded: false } });
});

test('a display comes whole, in all its forms', async () => {
  const piece = (mimeType: string, text: string, more = {}) =>
    display(0, { mimeType, data: Buffer.from(text), ends: false, ...more });
  const pieces = [
    piece('text/plain', 'a'),
    piece('text/html', '<b>', { formEnds: false }),
    piece('text/html', '</b>', { ends: true, isResult: true, displayId: 'd' }),
  ];
  const [, one] = await answers([started, ...pieces, ended()]);
  const data = new Map([
    ['text/plain', Buffer.from('a')],
    ['text/html', Buffer.from('<b></b>')],
  ]);
  expect(one).toEqual({ kind: 'display', display: { data, isResult: true, displayId: 'd' } });
});

describe('what no guest of ours says', () => {
  test.each<[string, readonly Event[]]>([
    ['nothing', []],
    ['an end first', [ended()]],
    ['two beginnings', [started, started]],
    ['no end', [started]],
    ['something after the end', [started, ended(), ended()]],
    ['a failure that comes late', [started, { case: 'failed', value: { reason: RunFailureReason.OTHER } }]],
    ['a failure without a reason', [{ case: 'failed', value: {} }]],
    ['an end without a reason', [started, ended({ reason: EndReason.UNSPECIFIED })]],
    ['an exit code that is none', [started, ended({ exitCode: 256 })]],
    ['a signal that is none', [started, ended({ signal: 65 })]],
    ['more output than may be', [started, output(101), ended({ stdout: { totalBytes: 101n } })]],
    ['empty output', [started, output(0), ended()]],
    ['output of no stream', [started, { case: 'output', value: { data: Uint8Array.of(1) } }]],
    ['counts that do not add up', [started, output(5), ended({ stdout: { totalBytes: 9n } })]],
    ['more of displays than may be', [started, display(600), display(600), ended()]],
    ['a name of a form that is too long', [started, display(1, { mimeType: 'x'.repeat(129) }), ended()]],
    ['an error with too many frames', [started, ended({ error: { frames: Array(101).fill({}) } })]],
    ['an unset answer', [started, { case: undefined }]],
  ])('%s', async (_, events) => {
    await expect(answers(events)).rejects.toThrow(ProtocolViolation);
  });
});
