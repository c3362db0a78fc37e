import type { FieldViolation } from '../errors.ts';

/** The kernel's MAX_ARG_STRLEN less the terminating NUL: no argument and no variable can be longer. */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

/** What no argument can be. */
export function* checkText(field: string, text: string, remedy: string): Iterable<FieldViolation> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_ARGUMENT_BYTES) {
    yield { field, description: `is ${bytes} bytes long and may be ${MAX_ARGUMENT_BYTES}: ${remedy}` };
  }
  if (text.includes('\0')) yield { field, description: 'holds a NUL, which no argument and no variable can' };
}

/** What no variable can be. */
export function* checkVariable(map: string, name: string, value: string): Iterable<FieldViolation> {
  const field = entryOf(map, name);
  if (name === '' || name.includes('=') || name.includes('\0')) {
    yield { field, description: 'is no name of a variable: it must not be empty or hold "=" or NUL' };
  }
  yield* checkText(field, `${name}=${value}`, 'send longer data as stdin or files');
}

/** How an entry of a map is named. */
export function entryOf(map: string, name: string): string {
  return `${map}[${JSON.stringify(name.slice(0, 64))}]`;
}
