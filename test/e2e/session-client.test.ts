import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { must, run } from '../support/command.ts';
import { NO_POOL, TEST_KEY } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';

test('from the generated Python client: x is 42, and still is when the server was killed', async () => {
  await must('make', '--silent', 'venv');
  const dataDir = await mkdtemp(join(tmpdir(), 'isol8-client-'));
  let server = await startServerProcess(dataDir, NO_POOL);
  const turn = async (code: string) => {
    const env = { ISOL8_ADDRESS: server.address, ISOL8_API_KEY: TEST_KEY, PYTHONPATH: 'clients/python/src' };
    return await run('.venv/bin/python', ['test/e2e/session-client.py', code], { env });
  };
  try {
    expect(await turn('x = 42')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await turn('print(x)')).stdout).toBe('42\n');
    await server.end('SIGKILL');
    server = await startServerProcess(dataDir, NO_POOL);
    expect((await turn('print(x)')).stdout).toBe('42\n');
    // What a plotting library does: a rich form in bytes, shown by itself.
    const png = 'class P:\n  def _repr_png_(self): return b"\\x89PNG"\n  def __repr__(self): return "P"\nP()';
    expect((await turn(png)).stdout).toBe('image/png 89504e47\ntext/plain P\n');
    await server.client.isol8.deleteSession({ sessionId: 'kept' });
  } finally {
    await server.end('SIGTERM');
    await rm(dataDir, { recursive: true });
  }
});
