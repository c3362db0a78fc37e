import type { Survey } from '../../../gen/isol8/guest/v1/guest_pb.ts';

export type { Survey };

/** The kernel keeps some memory of what is gone (caches of names, of network buffers): so much more is not odd. */
const MEMORY_TOLERANCE_BYTES = 16n * 1024n * 1024n;

/** What a sandbox holds now and did not hold before anybody used it, in words; undefined when there is nothing. */
export function difference(fresh: Survey, now: Survey | undefined): string | undefined {
  if (now === undefined) return 'nothing is known of it';
  for (const field of ['processes', 'diskBytes', 'diskInodes', 'ipcObjects', 'sockets'] as const) {
    if (now[field] !== fresh[field]) return `${field}: ${now[field]}, and ${fresh[field]} when it was new`;
  }
  if (now.memoryBytes > fresh.memoryBytes + MEMORY_TOLERANCE_BYTES) {
    return `memoryBytes: ${now.memoryBytes}, and ${fresh.memoryBytes} when it was new`;
  }
  const [is, was] = [now, fresh].map(({ posture }) => posture.split('\n'));
  const at = is?.findIndex((line, i) => line !== was?.[i]) ?? 0;
  return now.posture === fresh.posture ? undefined : `${is?.[at]}, and ${was?.[at]} when it was new`;
}
