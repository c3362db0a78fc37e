import type { ExecuteResponse } from '../../gen/isol8/v1/execution_pb.ts';
import { type Call, milliseconds } from './call.ts';
import { measuredRow, type Row } from './row.ts';
import { Series } from './series.ts';

/**
 * Where the time of calls went. The first row is what isol8 adds to the program itself: the client's wall time less
 * `timings.run`; so it has the client's own gRPC, loopback, service, policy, admission, getting a sandbox, writing the
 * program over the link, starting it there, and the way back. The rows after it are its parts.
 */
export function shareRows(runtime: string, calls: readonly Call[]): Row[] {
  const row = (id: string, what: string, part: (wallMs: number, answer: ExecuteResponse) => number) => {
    const series = new Series();
    for (const { wallMs, answer, failure } of calls) {
      if (failure !== undefined || answer === undefined) series.add({ failure: failure ?? 'no answer' });
      else if (answer.timings?.run === undefined) series.add({ failure: 'the server told no timings.run' });
      else series.add({ value: part(wallMs, answer) });
    }
    return measuredRow({ id, what, unit: 'ms', series });
  };
  const whole = row(
    `share.${runtime}`,
    `${runtime}: all but the program (wall − run)`,
    (wallMs, { timings }) => wallMs - milliseconds(timings?.run),
  );
  if (runtime !== 'python') return [whole];
  return [
    whole,
    row(
      'share.python.way',
      '  client, loopback, gRPC (wall − total)',
      (wallMs, { timings }) => wallMs - milliseconds(timings?.total),
    ),
    row('share.python.queued', '  admission (queued)', (_, { timings }) => milliseconds(timings?.queued)),
    row('share.python.acquired', '  pool (acquired)', (_, { timings }) => milliseconds(timings?.acquired)),
    row(
      'share.python.rest',
      '  policy, link, guest (total − the others)',
      (_, { timings }) =>
        milliseconds(timings?.total) -
        milliseconds(timings?.queued) -
        milliseconds(timings?.acquired) -
        milliseconds(timings?.run),
    ),
    row('share.python.run', '  the program (run), not in the share', (_, { timings }) => milliseconds(timings?.run)),
  ];
}
