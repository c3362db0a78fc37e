import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { connectDocker } from '../../src/engine/docker/connect.ts';
import { removeContainer } from '../../src/engine/docker/containers.ts';
import { program } from '../support/collect.ts';
import { containersOf, NO_POOL } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const sessionId = 'attacked';

let dataDir: string;
let server: ServerProcess;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'isol8-attacks-'));
  server = await startServerProcess(dataDir, NO_POOL);
});
afterEach(async () => {
  await server.end('SIGKILL');
  const docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim();
  for (const id of await containersOf(docker, instance)) await removeContainer(docker, id);
  await rm(dataDir, { recursive: true });
});

async function restart(): Promise<void> {
  await server.end('SIGKILL');
  server = await startServerProcess(dataDir, NO_POOL);
}

const run = (code: string) => server.client.isol8.execute({ ...program('', code), sessionId });

const FLOOD = `
import socket, threading, time
PREFACE = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + b"\\0\\0\\0\\4\\0\\0\\0\\0\\0"
def knock(first):
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(2)
                s.connect("\\0isol8-link")
                s.sendall(first)
                got = s.recv(4096)
                if len(got) > 32: open("/tmp/let-in", "ab").write(got)
        except OSError:
            pass
for first in [PREFACE, b"x" * 64, b"", PREFACE] * 4:
    threading.Thread(target=knock, args=(first,)).start()
`;

test('code that knocks at the guest’s door, races the new link and answers in its place gets nothing', async () => {
  await server.client.isol8.createSession({ sessionId, runtime: 'python' });
  expect(await run("x = open('/sandbox/kept', 'w').write('42')")).toMatchObject({ exitCode: 0 });
  // It stays, and goes on while the link is opened anew.
  await run(`import subprocess, sys; subprocess.Popen([sys.executable, '-c', ${JSON.stringify(FLOOD)}])`);
  for (let round = 0; round < 3; round++) {
    await restart();
    const answer = await run("import os; print(open('/sandbox/kept').read(), os.path.exists('/tmp/let-in'))");
    expect(answer).toMatchObject({ outcome: Outcome.EXITED, stdout: '42 False\n' });
  }
  await server.client.isol8.deleteSession({ sessionId });
});

test('the bridge of a new link can be neither read nor ended by code', async () => {
  await server.client.isol8.createSession({ sessionId, runtime: 'python' });
  const hunt = `
import os, signal
while True:
    for pid in os.listdir("/proc"):
        if not pid.isdigit(): continue
        try:
            if "Uid:\\t999" not in open(f"/proc/{pid}/status").read(): continue
        except OSError: continue
        for attempt in (lambda: open(f"/proc/{pid}/fd/1", "wb").write(b"forged"), lambda: os.kill(int(pid), signal.SIGKILL),
                        lambda: open(f"/proc/{pid}/mem", "rb").read(1), lambda: os.listdir(f"/proc/{pid}/fd")):
            try:
                attempt()
                open("/sandbox/done", "a").write("done ")
            except OSError:
                open("/sandbox/tried", "a").write("x")
`;
  await run(`import subprocess, sys; subprocess.Popen([sys.executable, '-c', ${JSON.stringify(hunt)}])`);
  for (let round = 0; round < 3; round++) {
    await restart();
    const answer = await run("import os; print(os.path.exists('/sandbox/tried'), os.path.exists('/sandbox/done'))");
    expect(answer).toMatchObject({ outcome: Outcome.EXITED, stdout: 'True False\n' });
  }
  await server.client.isol8.deleteSession({ sessionId });
});

test('a session full of processes that fork can be linked again and deleted', async () => {
  await server.client.isol8.createSession({ sessionId, runtime: 'bash' });
  await run('(bomb() { bomb | bomb & }; bomb) > /dev/null 2>&1 & sleep 0.5');
  await restart();
  const { session } = await server.client.isol8.getSession({ sessionId });
  expect(session?.endReason).toBe('');
  await server.client.isol8.deleteSession({ sessionId });
  const docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  const instance = (await readFile(join(dataDir, 'instance'), 'utf8')).trim();
  expect(await containersOf(docker, instance)).toEqual([]);
});
