/** Those who wait for something, the first to come first. Whoever has it takes one out and resolves it. */
export type Line<T> = PromiseWithResolvers<T>[];

/**
 * Joins a line and resolves to what one is given there.
 *
 * @throws the signal's reason when it aborts, which leaves the line
 */
export function waitInLine<T>(line: Line<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const waiter = Promise.withResolvers<T>();
  const leave = () => {
    const at = line.indexOf(waiter);
    if (at >= 0) line.splice(at, 1);
    waiter.reject(signal.reason);
  };
  line.push(waiter);
  signal.addEventListener('abort', leave, { once: true });
  return waiter.promise.finally(() => signal.removeEventListener('abort', leave));
}
