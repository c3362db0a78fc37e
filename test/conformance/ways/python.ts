import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { JsonObject } from '@bufbuild/protobuf';
import { must, ROOT } from '../../support/command.ts';
import type { Answer, CallOptions, Way } from '../way.ts';

/** The Python client that blocks. */
export const pythonWay = (address: string, key: string) => openPython('blocking', address, key);

/** The Python client for asyncio. */
export const pythonAsyncWay = (address: string, key: string) => openPython('asyncio', address, key);

/** What the driver answers, a line each; `fault` is what no caller should ever see. */
interface Line {
  readonly id: number;
  readonly event?: JsonObject;
  readonly response?: JsonObject;
  readonly refusal?: NonNullable<Answer['refusal']>;
  readonly fault?: string;
}

interface Pending extends PromiseWithResolvers<Answer> {
  readonly onEvent: CallOptions['onEvent'];
}

/** Starts a process that calls with the Python client, as often and as many at once as it is told. */
async function openPython(face: 'blocking' | 'asyncio', address: string, key: string): Promise<Way> {
  await must('make', '--silent', 'venv');
  const env = { ...process.env, PYTHONPATH: 'clients/python/src', ISOL8_ADDRESS: address, ISOL8_API_KEY: key };
  const child = spawn('.venv/bin/python', ['test/conformance/ways/python_driver.py', face], {
    cwd: ROOT,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const pending = new Map<number, Pending>();
  createInterface({ input: child.stdout }).on('line', (text) => settle(pending, JSON.parse(text) as Line));
  child.on('exit', (code) => {
    for (const { reject } of pending.values()) reject(new Error(`the driver of ${face} ended with ${code}`));
  });
  let last = 0;
  return {
    call(method, request, { deadlineMs, onEvent }) {
      last += 1;
      const call = { ...Promise.withResolvers<Answer>(), onEvent };
      pending.set(last, call);
      child.stdin.write(`${JSON.stringify({ id: last, method, request, deadlineMs })}\n`);
      return call.promise;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

function settle(pending: Map<number, Pending>, { id, event, response, refusal, fault }: Line): void {
  const call = pending.get(id);
  if (event !== undefined) call?.onEvent?.(event);
  else {
    pending.delete(id);
    if (response !== undefined) call?.resolve({ response });
    else if (refusal !== undefined) call?.resolve({ refusal });
    else call?.reject(new Error(fault));
  }
}
