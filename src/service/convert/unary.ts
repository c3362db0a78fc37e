import { create, toBinary } from '@bufbuild/protobuf';
import { type ExecuteResponse, ExecuteResponseSchema, type StreamStats } from '../../../gen/isol8/v1/execution_pb.ts';
import { MissingOutputPathSchema, OutputFileSchema } from '../../../gen/isol8/v1/file_pb.ts';
import type { ExecutionEvent } from '../../engine/types.ts';
import { Collected, type CollectedFile } from './collected.ts';
import { toDisplay } from './display.ts';
import { toExecuteResponse } from './result.ts';
import { type Text, toText } from './text.ts';

/** What gRPC clients take unless they are told otherwise. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Tag and length of one field of the answer, and what its length may add to the counts. */
const FIELD_BYTES = 16;
const DOES_NOT_FIT = 'does not fit into one answer of 4 MiB; ExecuteStream gives it whole';
const NOT_WHOLE = 'was not read to its end';

/**
 * Folds the events of an execution into one answer that is never larger than `maxBytes`. Output goes first, then files
 * in their order, each whole or not at all; what does not fit is counted as dropped, or named as missing. Displays may
 * take half of it.
 *
 * @throws whatever the events throw
 */
export async function foldEvents(
  events: AsyncIterable<ExecutionEvent>,
  maxBytes: number = MAX_ANSWER_BYTES,
): Promise<ExecuteResponse> {
  const collected = new Collected(maxBytes);
  for await (const event of events) collected.add(event);
  if (collected.result === undefined) throw new Error('the events ended without a result');

  const answer = create(ExecuteResponseSchema, {
    ...toExecuteResponse(collected.result),
    displays: collected.displays.map(toDisplay),
  });
  answer.droppedDisplays += collected.droppedDisplays;
  const free = Math.max(0, maxBytes - toBinary(ExecuteResponseSchema, answer).length - 8 * FIELD_BYTES);
  // Every file could be missing in the end, and that takes room too; a quarter has to do for it.
  const names = collected.files.reduce((sum, file) => sum + missingSize(file), 0);
  const reserve = Math.min(names, Math.floor(free / 4));
  const used = addOutput(answer, collected, free - reserve);
  addFiles(answer, collected.files, free - reserve - used, reserve);
  return answer;
}

/** Each stream may take half of the room, and what the other leaves of its half. */
function addOutput(answer: ExecuteResponse, collected: Collected, room: number): number {
  const [out, err] = [collected.output('STDOUT'), collected.output('STDERR')];
  const stderr = toText(err.bytes, Math.max(Math.floor(room / 2), room - size(toText(out.bytes, room))));
  const stdout = toText(out.bytes, room - size(stderr));
  [answer.stdout, answer.stdoutRaw] = [stdout.text, stdout.raw];
  [answer.stderr, answer.stderrRaw] = [stderr.text, stderr.raw];
  drop(answer.stdoutStats, out.total - stdout.kept);
  drop(answer.stderrStats, err.total - stderr.kept);
  return size(stdout) + size(stderr);
}

/**
 * @param room for files
 * @param namesRoom for the names of those that are left out
 */
function addFiles(answer: ExecuteResponse, files: readonly CollectedFile[], room: number, namesRoom: number): void {
  let left = room;
  let namesLeft = namesRoom;
  let unnamed = 0;
  for (const collected of files) {
    const { path, mode, content, sha256, whole } = collected;
    const file = create(OutputFileSchema, { path, mode, sha256 });
    const bytes = toBinary(OutputFileSchema, file).length + content.total + FIELD_BYTES;
    if (whole && bytes <= left && content.isWhole) {
      answer.files.push({ ...file, content: content.joined() });
      left -= bytes;
    } else if (missingSize(collected) <= namesLeft) {
      const reason = whole ? DOES_NOT_FIT : NOT_WHOLE;
      answer.missingOutputPaths.push(create(MissingOutputPathSchema, { path, reason }));
      namesLeft -= missingSize(collected);
    } else {
      unnamed += 1;
    }
  }
  if (unnamed > 0) {
    const reason = `${unnamed} more files, not named here: ExecuteStream gives them`;
    answer.missingOutputPaths.push(create(MissingOutputPathSchema, { path: '', reason }));
  }
}

function drop(stats: StreamStats | undefined, bytes: number): void {
  if (stats === undefined || bytes === 0) return;
  stats.droppedBytes += BigInt(bytes);
  stats.truncated = true;
}

function size({ text, raw }: Text): number {
  return Buffer.byteLength(text) + raw.length;
}

function missingSize({ path }: CollectedFile): number {
  return Buffer.byteLength(path) + DOES_NOT_FIT.length + FIELD_BYTES;
}
