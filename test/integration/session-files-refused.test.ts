import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileForm } from '../../gen/isol8/v1/file_pb.ts';
import { type Isol8Client, refusalFrom } from '../support/client.ts';
import { NO_POOL, startTestServer, type TestServer } from '../support/server.ts';
import { FilesOf, type Header } from '../support/session-files.ts';
import { openSession, type TestSession } from '../support/sessions.ts';

const MIB = 1024 * 1024;

let server: TestServer;
let isol8: Isol8Client;
let session: TestSession;
let files: FilesOf;
beforeAll(async () => {
  server = await startTestServer(NO_POOL);
  isol8 = server.client.isol8;
  session = await openSession(isol8, 'bash');
  files = new FilesOf(isol8, session.id);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const bash = (command: string) => isol8.execute({ sessionId: session.id, source: { case: 'command', value: command } });

test('what is wrong is named', async () => {
  await files.write({ path: 'one' }, [Buffer.from('x')]);
  await bash(
    'mkdir -p traps/full/x; cd traps; ln -s /etc out; mkfifo fifo; echo secret > closed; chmod 000 closed; ln -s loop loop',
  );
  const sessionId = session.id;
  const reading =
    (path: string, more = {}) =>
    () =>
      refusalFrom(async (options) => {
        for await (const _ of isol8.readFile({ sessionId, path, ...more }, options));
      });
  const listing = (request: object) => () =>
    refusalFrom((options) => isol8.listFiles({ sessionId, ...request }, options));
  const writing =
    (header: Header, chunk = Buffer.from('x')) =>
    () =>
      refusalFrom((options) => files.write(header, [chunk], options));
  const refusals = {
    'a missing file': [reading('none'), 'FILE_NOT_FOUND', []],
    'a file that may not be read': [reading('traps/closed'), 'FILE_REFUSED', []],
    'a FIFO': [reading('traps/fifo'), 'FILE_REFUSED', []],
    'a directory': [reading('traps'), 'FILE_REFUSED', []],
    'a file as an archive': [reading('one', { form: FileForm.TAR }), 'FILE_REFUSED', []],
    'a link out': [reading('traps/out/passwd'), 'INVALID_FIELD', ['path']],
    'a way up': [reading('../etc/passwd'), 'INVALID_FIELD', ['path']],
    'an absolute path': [reading('/etc/passwd'), 'INVALID_FIELD', ['path']],
    'a negative offset': [reading('one', { offset: -1n, length: -2n }), 'INVALID_FIELD', ['offset', 'length']],
    'a range of an archive': [reading('one', { form: FileForm.TAR, offset: 1n }), 'INVALID_FIELD', ['offset']],
    'an unknown form': [reading('one', { form: 9 }), 'INVALID_FIELD', ['form']],
    'no path': [reading(''), 'INVALID_FIELD', ['path']],
    'another session': [reading('one', { sessionId: 'none' }), 'SESSION_NOT_FOUND', []],
    'a glob that is none': [listing({ glob: '[' }), 'INVALID_FIELD', ['glob']],
    'a token that is none': [listing({ pageToken: '%' }), 'INVALID_FIELD', ['page_token']],
    'a token of another list': [
      listing({ path: 'traps', pageToken: Buffer.from('many/f1').toString('base64url') }),
      'INVALID_FIELD',
      ['page_token'],
    ],
    'a list of a file': [listing({ path: 'one' }), 'FILE_REFUSED', []],
    'a list of nothing': [listing({ path: 'none' }), 'FILE_NOT_FOUND', []],
    'another digest': [writing({ path: 'new', sha256: '0'.repeat(64) }), 'INVALID_FIELD', ['header.sha256']],
    'a digest that is none': [writing({ path: 'new', sha256: 'x' }), 'INVALID_FIELD', ['header.sha256']],
    'a mode that is none': [writing({ path: 'new', mode: 0o1777 }), 'INVALID_FIELD', ['header.mode']],
    'a file over a FIFO': [writing({ path: 'traps/fifo' }), 'FILE_REFUSED', []],
    'a file outside': [writing({ path: 'traps/out/x' }), 'INVALID_FIELD', ['header.path']],
    'too large a piece': [writing({ path: 'new' }, Buffer.alloc(4 * MIB + 1)), 'INVALID_FIELD', ['chunk']],
    'no archive': [writing({ path: 'traps', form: FileForm.TAR }, Buffer.alloc(2000, 'x')), 'INVALID_FIELD', ['chunk']],
    'no header': [() => refusalFrom((options) => isol8.writeFile(noHeader(), options)), 'INVALID_FIELD', ['header']],
    'two headers': [
      () => refusalFrom((options) => isol8.writeFile(twoHeaders(sessionId), options)),
      'INVALID_FIELD',
      ['header'],
    ],
    'a directory that is full': [
      () => refusalFrom((options) => isol8.removeFile({ sessionId, path: 'traps/full' }, options)),
      'FILE_REFUSED',
      [],
    ],
    'the whole sandbox': [
      () => refusalFrom((options) => isol8.removeFile({ sessionId, path: '.', recursive: true }, options)),
      'FILE_REFUSED',
      [],
    ],
    'a directory over a file': [
      () => refusalFrom((options) => isol8.makeDirectory({ sessionId, path: 'one' }, options)),
      'FILE_REFUSED',
      [],
    ],
  } as const;
  for (const [what, [refusal, reason, fields]] of Object.entries(refusals)) {
    expect.soft(await refusal().catch(String), what).toMatchObject({ reason, fields });
  }
  expect(await files.list('', false)).not.toContain('new');
});

async function* noHeader() {
  yield { part: { case: 'chunk' as const, value: Buffer.from('x') } };
}

async function* twoHeaders(sessionId: string) {
  for (let i = 0; i < 2; i++) yield { part: { case: 'header' as const, value: { sessionId, path: 'new' } } };
}
