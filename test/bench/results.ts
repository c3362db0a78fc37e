import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../support/command.ts';

/**
 * Writes the results: whole runs to `bench/results/latest.json`, others beside it, so that they never pass for one.
 *
 * @returns the file's path from the root of the repository
 */
export async function writeResults(results: object, isWhole: boolean): Promise<string> {
  const path = join(ROOT, 'bench', 'results', isWhole ? 'latest.json' : 'partial.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${toJson(results)}\n`);
  return relative(ROOT, path);
}

/** JSON for people: numbers to a thousandth, and lists of numbers on one line. */
export function toJson(value: unknown): string {
  const rounded = (_: string, one: unknown) => (typeof one === 'number' ? Math.round(one * 1000) / 1000 : one);
  return JSON.stringify(value, rounded, 2).replace(/\[[-\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}
