import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Outcome } from '../../gen/isol8/v1/execution_pb.ts';
import { loadConfig } from '../../src/config.ts';
import { buildImage } from '../../src/engine/docker/build.ts';
import { DockerEvents } from '../../src/engine/docker/events.ts';
import { inspectImage, removeImage } from '../../src/engine/docker/images.ts';
import { removeVolume } from '../../src/engine/docker/volumes.ts';
import { guestBinaryPath } from '../../src/engine/guest/binary.ts';
import { type GuestSupply, VolumeGuestSupply } from '../../src/engine/sandbox/guest-supply.ts';
import { ImageCatalog } from '../../src/engine/sandbox/images.ts';
import { LABELS } from '../../src/engine/sandbox/labels.ts';
import { startServer } from '../../src/service/server.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { connect, type TestClient } from '../support/client.ts';
import { EngineBench, OneImage } from '../support/engine.ts';
import { buildGo } from '../support/go.ts';
import { containersOf, settled, TEST_KEY } from '../support/server.ts';

/** What test/foreign-guest exits with. */
const FOREIGN_EXIT = 77;
const PROGRAM = { runtime: 'bash', source: { case: 'command' as const, value: 'echo fine' } };
const log = createLog('silent');

const opened = new AsyncDisposableStack();
let bench: EngineBench;
let directory: string;
let digest: string;
let supply: VolumeGuestSupply;
let foreign: Buffer;
let hostile: OneImage;
/** Exit codes of every container of this test that ended. */
const exits: (number | undefined)[] = [];

beforeAll(async () => {
  bench = opened.use(await EngineBench.open());
  const { docker, owner, instance } = bench;
  directory = await mkdtemp(join(tmpdir(), 'isol8-test-'));
  opened.defer(() => rm(directory, { recursive: true }));
  // Works, and has a digest and so a volume of its own: the others on this Docker keep theirs.
  const binary = join(directory, 'guest');
  const guest = Buffer.concat([await readFile(guestBinaryPath(docker.info.architecture)), randomBytes(16)]);
  await writeFile(binary, guest);
  digest = createHash('sha256').update(guest).digest('hex');
  foreign = await readFile(await buildGo('test/foreign-guest', '.', docker.info.architecture));
  supply = await VolumeGuestSupply.open(docker, binary, owner, log);
  opened.defer(() => removeImage(docker, `isol8/guest:${digest.slice(0, 12)}`));
  opened.defer(async () => {
    for (const { name } of await volumes()) expect(await removeVolume(docker, name)).toBe(true);
  });
  hostile = new OneImage(bench, await hostileImage());
  opened.use(
    await DockerEvents.subscribe(docker, `${LABELS.instance}=${instance}`, ({ action, exitCode }) => {
      if (action === 'die') exits.push(exitCode);
    }),
  );
});
afterEach(async () => {
  await settled(() => containersOf(bench.docker, bench.instance));
  expect(exits).not.toContain(FOREIGN_EXIT);
});
afterAll(() => opened.disposeAsync());

/** An image that has in the guest's place, and as its entry point, what is not ours. */
async function hostileImage() {
  const { docker } = bench;
  const context = pack();
  const lines = ['FROM isol8/bash:latest', 'COPY isol8-guest /.isol8/isol8-guest', 'VOLUME /.isol8'];
  context.entry({ name: 'Dockerfile' }, [...lines, 'ENTRYPOINT ["/.isol8/isol8-guest"]', ''].join('\n'));
  context.entry({ name: 'isol8-guest', mode: 0o755 }, foreign);
  context.finalize();
  const id = await buildImage(docker, { context: Readable.from(context, { objectMode: false }) });
  opened.defer(() => removeImage(docker, id));
  const facts = await inspectImage(docker, id);
  if (facts === undefined) throw new Error('the image is gone');
  return facts;
}

/** The volumes with this test's guest, and where they are on this machine. */
async function volumes(): Promise<{ name: string; guest: string }[]> {
  const found = await bench.docker.client.listVolumes({ filters: { label: [`${LABELS.digest}=${digest}`] } });
  return found.Volumes.map(({ Name: name, Mountpoint: at }) => ({ name, guest: join(at, 'isol8-guest') }));
}

/** A server of this guest, for as long as it takes. */
async function withServer(
  use: (isol8: TestClient['isol8']) => Promise<void>,
  images: ImageCatalog = new ImageCatalog(bench.docker),
  guests: GuestSupply = supply,
): Promise<void> {
  const config = loadConfig({ ISOL8_LISTEN: '127.0.0.1:0', ISOL8_API_KEY: TEST_KEY });
  await using engine = bench.engine(guests, images);
  await using server = await startServer(config, engine, log);
  using client = connect(server.address, TEST_KEY);
  await use(client.isol8);
}

async function works(isol8: TestClient['isol8']): Promise<void> {
  expect(await isol8.execute(PROGRAM)).toMatchObject({ outcome: Outcome.EXITED, exitCode: 0, stdout: 'fine\n' });
}

/** Does it, when nothing uses the volume, and sees that the next call works and that nothing foreign is left there. */
async function survives(isol8: TestClient['isol8'], mishap: () => Promise<unknown>): Promise<void> {
  await works(isol8);
  await settled(() => containersOf(bench.docker, bench.instance));
  await mishap();
  await works(isol8);
  for (const { guest } of await volumes()) expect((await readFile(guest)).equals(foreign)).toBe(false);
}

/** What may happen to the volume while a server runs. */
const MISHAPS: Record<string, () => Promise<unknown>> = {
  emptied: async () => Promise.all((await volumes()).map(({ guest }) => rm(guest))),
  removed: async () => Promise.all((await volumes()).map(({ name }) => removeVolume(bench.docker, name))),
  'given another program in place': async () =>
    Promise.all((await volumes()).map(({ guest }) => writeFile(guest, foreign))),
  'given another program under the same name': async () =>
    Promise.all(
      (await volumes()).map(async ({ guest }) => {
        await writeFile(`${guest}.new`, foreign, { mode: 0o711 });
        await rename(`${guest}.new`, guest);
      }),
    ),
};

test.each(Object.entries(MISHAPS))('the volume was %s: the next call works', async (_, mishap) => {
  await withServer((isol8) => survives(isol8, mishap));
});

test.each(Object.entries(MISHAPS))('… in an image with a guest of its own too: %s', async (_, mishap) => {
  await withServer((isol8) => survives(isol8, mishap), hostile);
});

test('the volume vanishes between the check and the container: no image fills it', async () => {
  let times = 0;
  const vanishing: GuestSupply = {
    async current() {
      const current = await supply.current();
      if (times++ === 0) expect(await removeVolume(bench.docker, current.volume)).toBe(true);
      return current;
    },
    repair: () => supply.repair(),
  };
  await withServer(works, hostile, vanishing);
  expect(times).toBe(2);
});

test('another program is put there while a sandbox runs: that one ends as it should, and the next call works', async () => {
  await withServer(async (isol8) => {
    const value = 'echo begun; read -r -t 20 < <(sleep 3; echo); echo whole';
    const events = isol8.executeStream({ execute: { runtime: 'bash', source: { case: 'command', value } } });
    let text = '';
    for await (const { event } of events) {
      if (event?.event.case !== 'output') continue;
      text += event.event.value.content.value;
      if (text !== 'begun\n') continue;
      await MISHAPS['given another program under the same name']?.();
      await works(isol8);
    }
    expect(text).toBe('begun\nwhole\n');
  });
});
