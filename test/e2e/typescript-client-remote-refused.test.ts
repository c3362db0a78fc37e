import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExecutionRequest,
  InvalidRequestError,
  RemoteIsol8,
  UnimplementedError,
} from '../../clients/typescript/src/remote/index.ts';
import { NO_POOL, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
});
afterAll(async () => {
  await server.settled();
  await server[Symbol.asyncDispose]();
});

function remoteWith(options: object): RemoteIsol8 {
  return new RemoteIsol8({ host: server.address, apiKey: TEST_KEY }, options);
}

async function readAll(remote: RemoteIsol8, request: ExecutionRequest): Promise<void> {
  for await (const _ of remote.executeStream(request));
}

describe('what cannot be had is refused by name:', () => {
  test.each<[object, string]>([
    [{ debug: true }, 'debug: '],
    [{ persist: true }, 'persist: '],
    [{ audit: { enabled: true } }, 'audit: '],
    [{ remoteCode: { enabled: true } }, 'remoteCode: '],
    [{ poolSize: 3 }, 'poolSize: '],
    [{ poolStrategy: 'fast' }, 'poolStrategy: '],
    [{ security: { seccomp: 'unconfined' } }, 'security.seccomp: '],
    [{ security: { seccomp: 'custom', customProfilePath: 'x' } }, 'security.customProfilePath: '],
    [{ memoryLimt: '1g' }, 'memoryLimt: there is no such option'],
  ])('the options %j', (options, says) => {
    expect(() => remoteWith(options)).toThrow(InvalidRequestError);
    expect(() => remoteWith(options)).toThrow(says);
  });

  test.each<[object, object, string]>([
    [{}, { code: '1', cmd: '2' }, 'code, cmd: are mutually exclusive'],
    [{}, { code: '1', codeUrl: 'https://x' }, 'code, codeUrl: are mutually exclusive'],
    [{}, {}, 'exactly one of code, codeUrl and cmd'],
    [{}, { cmd: '  ' }, 'exactly one of code, codeUrl and cmd'],
    [{}, { code: '1', codeHash: 'x' }, 'codeHash: '],
    [{}, { codeUrl: 'https://x', allowInsecureCodeUrl: true }, 'allowInsecureCodeUrl: '],
    [{}, { code: '1', agentFlags: '-x' }, 'agentFlags: '],
    [{}, { code: '1', fileExtension: '.txt' }, 'fileExtension: must be one of .py'],
    [{}, { code: '1', timeout: 5 }, 'timeout: there is no such field'],
    [{ memoryLimit: '64MiB' }, { code: '1' }, 'memoryLimit: must be a size'],
    [{ sandboxSize: 'big' }, { code: '1' }, 'sandboxSize: must be a size'],
    [{ network: 'bridge' }, { code: '1' }, 'network: must be none, host or filtered'],
    [{ networkFilter: { whitelist: ['x'] } }, { code: '1' }, 'networkFilter: needs network'],
    [{}, { code: '1', runtime: 'ruby' }, '"ruby" is unknown'],
  ])('with %j the request %j', async (options, request, says) => {
    const asked = { runtime: 'python', ...request };
    await expect(remoteWith(options).execute(asked)).rejects.toThrow(InvalidRequestError);
    await expect(remoteWith(options).execute(asked)).rejects.toThrow(says);
    await expect(readAll(remoteWith(options), asked)).rejects.toThrow(says);
  });

  test.each<[object, object, string]>([
    [{ network: 'host' }, {}, 'policy.network.mode'],
    [{ network: 'filtered', networkFilter: { whitelist: ['^example\\.com$'] } }, {}, 'policy.network.mode'],
    [{ readonlyRootFs: false }, {}, 'policy.isolation.writable_root'],
    [{ image: 'other' }, {}, 'image'],
    [{}, { installPackages: ['numpy'] }, 'packages'],
    [{}, { codeUrl: 'https://example.com/x.py', code: undefined }, 'code_url'],
  ])('by the server, with %j and %j', async (options, request, field) => {
    const calling = remoteWith(options).execute({ runtime: 'python', code: '1', ...request });
    await expect(calling).rejects.toThrow(UnimplementedError);
    await expect(calling).rejects.toMatchObject({
      violations: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  test('files of a stream', async () => {
    const request = { runtime: 'bash', code: '1', outputPaths: ['x'] };
    await expect(readAll(remoteWith({}), request)).rejects.toThrow('outputPaths: cannot be had in a stream');
  });
});
