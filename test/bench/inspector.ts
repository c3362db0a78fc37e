import { once } from 'node:events';

/** What a Node.js process holds on to, in MB of a million bytes. */
export interface HeldMemory {
  /** Heap, external memory and array buffers, after a collection. (Node counts array buffers as external as well.) */
  readonly held: number;
  readonly rss: number;
}

/** Buffers that a collection frees are given back beside it: the one after the pause sees that. */
const LOOK = `(async () => {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  gc();
  return process.memoryUsage();
})()`;

/** The inspector's address, from what a server that was started with `--inspect` printed: the last, as it begins anew once. */
export function inspectorUrl(printed: string): string {
  const url = [...printed.matchAll(/^Debugger listening on (ws:\S+)$/gm)].at(-1)?.[1];
  if (url === undefined) throw new Error(`no inspector in: ${printed.slice(0, 500)}`);
  return url;
}

/** Has a process collect its garbage (it needs `--expose-gc`) and asks what is left. */
export async function heldMemoryOf(url: string): Promise<HeldMemory> {
  const socket = new WebSocket(url);
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) });
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
    const params = { expression: LOOK, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    const [{ data }] = (await answered) as [{ readonly data: string }];
    const { value } = (JSON.parse(data) as { result: { result: { value?: NodeJS.MemoryUsage } } }).result.result;
    if (value === undefined) throw new Error(`the inspector answered ${data}`);
    return { held: (value.heapUsed + value.external + value.arrayBuffers) / 1e6, rss: value.rss / 1e6 };
  } finally {
    socket.close();
  }
}
