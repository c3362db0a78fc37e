import { describe, expect, test } from 'vitest';
import { InvalidRequestError, Isol8 } from '../../clients/typescript/src/index.ts';
import { errorOf } from './typescript-client-support.ts';

describe('a request is refused before it is sent that', () => {
  const isol8 = new Isol8({ address: '127.0.0.1:1' });
  test.each([
    [{ runtime: 'bash', code: '1', comand: '2' }, 'comand: there is no such field'],
    [{ runtime: 'bash', code: '1', timeoutMs: 5 }, 'timeoutMs: there is no such field: policy.limits.timeoutMs limits'],
    [{ runtime: 'bash', code: '1', command: '2' }, 'command: cannot be together with code'],
    [{ runtime: 'bash', code: 1 }, 'code: must be a string'],
    [{ runtime: 'bash', code: '\ud800' }, 'code: has half of a surrogate pair'],
    [{ runtime: 'bash', code: '1', arguments: 'x' }, 'arguments: must be an array'],
    [{ runtime: 'bash', code: '1', arguments: ['x', 2] }, 'arguments[1]: must be a string'],
    [{ runtime: 'bash', code: '1', env: { A: 1 } }, 'env[A]: must be a string'],
    [{ runtime: 'bash', code: '1', env: ['A=1'] }, 'env: must be an object'],
    [{ runtime: 'bash', code: '1', stdin: 5 }, 'stdin: must be a string or a Uint8Array'],
    [{ runtime: 'bash', code: '1', stdinMode: 'OPEN' }, 'stdinMode: must be CLOSED, BYTES, INTERACTIVE'],
    [{ runtime: 'bash', code: '1', files: { a: null } }, 'files[0].content: must be a string or a Uint8Array'],
    [{ runtime: 'bash', code: '1', files: [{ path: 'a', content: '', mode: -1 }] }, 'files[0].mode: must be a whole'],
    [
      { runtime: 'bash', code: '1', policy: { limits: { timeoutMs: '1s' } } },
      'policy.limits.timeoutMs: must be a number',
    ],
    [
      { runtime: 'bash', code: '1', policy: { limits: { timeoutMs: Number.NaN } } },
      'timeoutMs: must be a number of mill',
    ],
    [
      { runtime: 'bash', code: '1', policy: { limits: { memoryBytes: 0.5 } } },
      'policy.limits.memoryBytes: must be a wh',
    ],
    [
      { runtime: 'bash', code: '1', policy: { limits: { cpuCores: Infinity } } },
      'policy.limits.cpuCores: must be a numb',
    ],
    [{ runtime: 'bash', code: '1', createSessionIfMissing: 'yes' }, 'createSessionIfMissing: must be true or false'],
    [null, 'request: must be an object'],
    // What these hold would be lost without a word.
    [{ runtime: 'bash', code: '1', env: new Map([['A', '1']]) }, 'env: must be an object'],
    [{ runtime: 'bash', code: '1', policy: new Map([['limits', {}]]) }, 'policy: must be an object'],
    [{ runtime: 'bash', code: '1', files: new Map([['a', 'b']]) }, 'files: must be an array'],
    // biome-ignore lint/suspicious/noSparseArray: what JavaScript's own `map` leaves out
    [{ runtime: 'bash', code: '1', arguments: [, 'a'] }, 'arguments[0]: must be a string'],
  ])('is %j', async (request, says) => {
    const error = await errorOf(isol8.execute(request as never));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(String(error)).toContain(says);
    expect(() => isol8.executeStream(request as never)).toThrow(says);
  });

  test.each([1.5, Number.NaN, 'SIGNOPE'])('is the signal %j', async (signal) => {
    expect(await errorOf(isol8.sendSignal('x', signal))).toBeInstanceOf(InvalidRequestError);
  });
});
