import type { Isol8 } from '../../clients/typescript/src/index.ts';

/** A program that says hello. */
export const HELLO = { runtime: 'bash', code: 'echo hello' };

/** What a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}

/** What a client fails with, called both ways. */
export async function bothWays(client: Isol8): Promise<unknown[]> {
  using isol8 = client;
  const streamed = (async () => {
    for await (const _ of isol8.executeStream(HELLO));
  })();
  return await Promise.all([errorOf(isol8.execute(HELLO)), errorOf(streamed)]);
}
