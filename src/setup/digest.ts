import { createHash } from 'node:crypto';

/** A file of a build, as it takes part in a digest. */
export interface DigestFile {
  /** Path below the context, with slashes. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * SHA-256, in hex, of files and other inputs of a build. The order in which they are given does not matter; a name, a
 * permission or a byte does.
 */
export function digestInputs(files: readonly DigestFile[], inputs: Readonly<Record<string, unknown>> = {}): string {
  const facts = [
    ...files.map((file) => ['file', file.name, file.mode, sha256(file.content)]),
    ...Object.entries(inputs).map(([name, value]) => ['input', name, value]),
  ].map((fact) => JSON.stringify(fact));
  return sha256(facts.sort().join('\n'));
}

/** SHA-256 in hex. */
function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
