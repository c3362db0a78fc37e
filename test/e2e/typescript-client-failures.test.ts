import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  ConnectionLostError,
  DeadlineExceededError,
  ExecutionFailedError,
  InvalidRequestError,
  Isol8,
  NotFoundError,
  ResourceExhaustedError,
  UnauthenticatedError,
  UnimplementedError,
} from '../../clients/typescript/src/index.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';
import { bothWays, errorOf, HELLO } from './typescript-client-support.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  folder = await mkdtemp(join(tmpdir(), 'isol8-client-'));
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const client = (options: ClientOptions = {}) => new Isol8({ address: server.address, apiKey: TEST_KEY, ...options });
/** A TCP server that does with a connection what it is told. */
async function listening(handle: (socket: Socket) => void): Promise<{ address: string; server: Server }> {
  const listener = createServer(handle);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  return { address: `127.0.0.1:${port}`, server: listener };
}

describe('a typed error, and no hang, when', () => {
  test('nothing listens', async () => {
    const { address, server: listener } = await listening(() => {});
    await new Promise((resolve) => listener.close(resolve));
    for (const error of await bothWays(client({ address }))) {
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: '' });
      expect(String(error)).toMatch(new RegExp(`${address} cannot be reached .*ECONNREFUSED.*ISOL8_ADDRESS`));
    }
  });

  test('the name is none', async () => {
    const [error] = await bothWays(client({ address: 'nowhere.invalid:1' }));
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(String(error)).toContain('nowhere.invalid:1 cannot be reached');
  });

  test('what listens never answers, within the deadline', async () => {
    const sockets: Socket[] = [];
    const { address, server: listener } = await listening((socket) => sockets.push(socket.on('error', () => {})));
    for (const error of await bothWays(client({ address, deadlineMs: 500 }))) {
      expect(error).toBeInstanceOf(DeadlineExceededError);
      expect(String(error)).toMatch(/deadline of 500 ms.*deadlineMs/);
    }
    for (const socket of sockets) socket.destroy();
    listener.close();
  });

  test('what listens never answers, without a deadline', async () => {
    const sockets: Socket[] = [];
    const { address, server: listener } = await listening((socket) => sockets.push(socket.on('error', () => {})));
    for (const error of await bothWays(client({ address }))) expect(error).toBeInstanceOf(ConnectionLostError);
    for (const socket of sockets) socket.destroy();
    listener.close();
  });

  test('the key is wrong, or missing', async () => {
    for (const error of await bothWays(client({ apiKey: 'a-wrong-key-0123456789' }))) {
      expect(error).toBeInstanceOf(UnauthenticatedError);
      expect(error).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'API_KEY_INVALID' });
      expect(String(error)).toContain('ISOL8_API_KEY');
    }
    const { ISOL8_API_KEY: key } = process.env;
    delete process.env['ISOL8_API_KEY'];
    try {
      using isol8 = new Isol8({ address: server.address });
      expect(await errorOf(isol8.execute(HELLO))).toMatchObject({ reason: 'API_KEY_MISSING' });
    } finally {
      if (key !== undefined) process.env['ISOL8_API_KEY'] = key;
    }
  });

  test('the deadline passes while code runs, which is then ended', async () => {
    using isol8 = client();
    const request = { runtime: 'bash', code: 'sleep 60' };
    const error = await errorOf(isol8.execute(request, { deadlineMs: 1_500 }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).toMatchObject({ executionId: expect.stringMatching(/^\w+$/) });
    await server.settled();
  });

  test('the server is killed in the middle', async () => {
    const killed = await startServerProcess(join(folder, 'killed'), NO_POOL);
    using isol8 = new Isol8({ address: killed.address, apiKey: TEST_KEY });
    const request = { runtime: 'bash', code: 'echo begun; sleep 60' };
    const calling = errorOf(isol8.execute(request));
    let text = '';
    const streaming = errorOf(
      (async () => {
        for await (const event of isol8.executeStream(request)) {
          if (event.type !== 'stdout') continue;
          text += event.data;
          await killed.end('SIGKILL');
        }
      })(),
    );
    for (const error of await Promise.all([calling, streaming])) {
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect(error).toMatchObject({ reason: '', executionId: expect.stringMatching(/^\w+$/) });
      expect(String(error)).toContain('not known whether the code ran');
    }
    expect(text).toBe('begun\n');
    // The next process removes what the killed one left.
    const next = await startServerProcess(join(folder, 'killed'), NO_POOL);
    expect(await next.end('SIGTERM')).toBe(0);
  });

  test('the connection is cut in the middle', async () => {
    const cut: Socket[] = [];
    const [host = '', port = ''] = server.address.split(':');
    const { address, server: proxy } = await listening((socket) => {
      const onward = connectSocket(Number(port), host);
      socket.pipe(onward).pipe(socket);
      cut.push(
        socket.on('error', () => {}),
        onward.on('error', () => {}),
      );
    });
    using isol8 = client({ address });
    const reading = (async () => {
      for await (const { type } of isol8.executeStream({ runtime: 'bash', code: 'echo begun; sleep 60' })) {
        if (type === 'stdout') for (const socket of cut) socket.destroy();
      }
    })();
    expect(await errorOf(reading)).toBeInstanceOf(ConnectionLostError);
    proxy.close();
    await server.settled();
  });

  test('the request is too large', async () => {
    using isol8 = client();
    const error = await errorOf(isol8.execute({ ...HELLO, files: { big: new Uint8Array(17 * 1024 * 1024) } }));
    expect(error).toBeInstanceOf(ResourceExhaustedError);
    expect(error).toMatchObject({ reason: 'REQUEST_TOO_LARGE', quotas: [{ subject: expect.any(String) }] });
  });

  test('something is refused: with fields, resource and all', async () => {
    using isol8 = client();
    const wrong = { ...HELLO, workingDirectory: '/etc', policy: { limits: { processes: 0 } } };
    const invalid = await errorOf(isol8.execute(wrong));
    expect(invalid).toBeInstanceOf(InvalidRequestError);
    expect(invalid).toMatchObject({ reason: 'INVALID_FIELD' });
    const fields = (invalid as InvalidRequestError).violations.map(({ field }) => field);
    expect(fields.sort()).toEqual(['policy.limits.processes', 'working_directory']);
    const missing = await errorOf(isol8.sessions.get('none'));
    expect(missing).toBeInstanceOf(NotFoundError);
    expect(missing).toMatchObject({ reason: 'SESSION_NOT_FOUND', resource: { name: 'none' } });
    expect(await errorOf(isol8.execute({ ...HELLO, requestId: '1' }))).toBeInstanceOf(UnimplementedError);
    expect(await errorOf(isol8.cancelExecution('none'))).toBeInstanceOf(NotFoundError);
  });

  test('a result is checked that is not ok', async () => {
    using isol8 = client();
    const result = await isol8.execute({ runtime: 'bash', code: 'echo why >&2; exit 3' });
    const error = await errorOf((async () => result.check())());
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect((error as ExecutionFailedError).result).toBe(result);
    expect(String(error)).toBe('ExecutionFailedError: the execution ended: EXITED with 3: why');
    expect((await isol8.execute(HELLO)).check().stdout).toBe('hello\n');
  });

  test('what failed has its caller in its stack', async () => {
    using isol8 = client();
    async function calledFromHere() {
      await isol8.execute({ runtime: 'cobol', code: '1' });
    }
    expect(((await errorOf(calledFromHere())) as Error).stack).toContain('calledFromHere');
  });
});
