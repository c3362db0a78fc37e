import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { DockerWorkError, readProgress } from './progress.ts';

/** The stream of a build, in chunks that end where they like. */
function chunks(text: string, size: number): Readable {
  const bytes = Buffer.from(text);
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
  );
}

const BUILD = [
  { stream: 'Step 1/2 : FROM scratch\n' },
  { stream: '\n' },
  { stream: ' ---> ä1\r80 %\r100 %\n' },
  { aux: { ID: 'sha256:abc' } },
]
  .map((line) => `${JSON.stringify(line)}\r\n`)
  .join('');

test.each([1, 2, 7, 10_000])('lines and the id come through, read %i bytes at a time', async (size) => {
  const seen: string[] = [];
  const result = await readProgress(chunks(BUILD, size), (line) => seen.push(line));
  expect(result.imageId).toBe('sha256:abc');
  expect(result.lines).toEqual(['Step 1/2 : FROM scratch', ' ---> ä1', '80 %', '100 %']);
  expect(seen).toEqual(result.lines);
});

test('an error carries what was printed last, and no more than that', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify({ stream: `line ${i}\n` }));
  const stream = chunks([...lines, JSON.stringify({ error: 'the command returned 100' })].join('\n'), 64);
  const failure = await readProgress(stream).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DockerWorkError);
  const shown = (failure as Error).message.split('\n');
  expect(shown.at(-1)).toBe('the command returned 100');
  expect(shown.at(-2)).toBe('line 99');
  expect(shown).toHaveLength(16);
});
