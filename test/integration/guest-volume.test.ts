import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectDocker, type DockerConnection } from '../../src/engine/docker/connect.ts';
import { removeImage } from '../../src/engine/docker/images.ts';
import { removeVolume } from '../../src/engine/docker/volumes.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { ensureGuestVolume, type GuestVolume, guestFingerprint } from '../../src/engine/guest/volume.ts';

let docker: DockerConnection;
let directory: string;
let binary: string;
let made: GuestVolume;

beforeAll(async () => {
  docker = await connectDocker(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  binary = join(directory, 'guest');
  // A guest of this test's own, which works and has another digest than the one that is in use.
  await writeFile(binary, Buffer.concat([await readFile(guestBinaryPath(docker.info.architecture)), randomBytes(16)]));
  made = await ensureGuestVolume(docker, binary);
});

afterEach(async () => {
  expect(await ensureGuestVolume(docker, binary)).toMatchObject({ digest: made.digest });
});

afterAll(async () => {
  for (const name of [made.volume, `${made.volume}-2`]) expect(await removeVolume(docker, name)).toBe(true);
  await removeImage(docker, made.image);
  await rm(directory, { recursive: true });
});

/** Runs a command as root over the volume, as nothing of isol8's ever does. */
async function spoil(command: string): Promise<void> {
  const container = await docker.client.createContainer({
    Image: 'isol8/bash:latest',
    Cmd: ['bash', '-c', command],
    WorkingDir: '/volume',
    HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: made.volume, Target: '/volume' }] },
  });
  try {
    await container.start();
    expect(await container.wait()).toMatchObject({ StatusCode: 0 });
  } finally {
    await container.remove({ force: true });
  }
}

test('a volume that is right stays as it is', async () => {
  const again = await ensureGuestVolume(docker, binary);
  expect(again).toEqual(made);
});

test.each([
  ['emptied', 'rm isol8-guest'],
  ['written to', 'echo evil >> isol8-guest'],
  ['replaced by a link', 'ln -sf /bin/bash isol8-guest'],
  ['made readable', 'chmod 0755 isol8-guest'],
  ['made set-uid', 'chmod 4711 isol8-guest'],
  ['given to another user', 'chown 30000 isol8-guest'],
])('a volume that was %s is made anew, and its fingerprint shows it', async (_, command) => {
  const before = await ensureGuestVolume(docker, binary);
  await spoil(command);
  if (before.fingerprint !== undefined) expect(await guestFingerprint(before.hostPath)).not.toBe(before.fingerprint);
  const after = await ensureGuestVolume(docker, binary);
  expect(after.volume).toBe(made.volume);
  expect(await guestFingerprint(after.hostPath)).toBe(after.fingerprint);
});

test('a volume that was removed is made anew', async () => {
  expect(await removeVolume(docker, made.volume)).toBe(true);
  expect((await ensureGuestVolume(docker, binary)).volume).toBe(made.volume);
});

test('a volume that is spoiled while it is in use gives way to another, and comes back when it is free', async () => {
  const user = await docker.client.createContainer({
    Image: 'isol8/bash:latest',
    HostConfig: { Mounts: [{ Type: 'volume', Source: made.volume, Target: '/volume', ReadOnly: true }] },
  });
  try {
    await spoil('echo evil >> isol8-guest');
    expect((await ensureGuestVolume(docker, binary)).volume).toBe(`${made.volume}-2`);
  } finally {
    await user.remove({ force: true });
  }
  expect((await ensureGuestVolume(docker, binary)).volume).toBe(made.volume);
});

test('several that make the same volume at once all get a right one', async () => {
  expect(await removeVolume(docker, made.volume)).toBe(true);
  const all = await Promise.all(Array.from({ length: 4 }, () => ensureGuestVolume(docker, binary)));
  for (const { digest } of all) expect(digest).toBe(made.digest);
});
