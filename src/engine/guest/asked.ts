import { posix } from 'node:path';

const ROOT = '/sandbox';
const GLOB = /[*?[]/;

/**
 * Whether a guest may give a file of this name: relative to /sandbox, in its shortest form, and one of the patterns, or
 * below the directory that a glob begins with. What comes after that is not matched: the host runs no patterns of callers.
 */
export function isAskedFor(name: string, patterns: readonly string[]): boolean {
  const parts = name.split('/');
  if (name.length > 4096 || name.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    return false;
  }
  return patterns.some((pattern) => {
    const asked = posix.relative(ROOT, posix.resolve(ROOT, pattern)).split('/');
    const glob = asked.findIndex((part) => GLOB.test(part));
    const literal = glob === -1 ? asked : asked.slice(0, glob);
    if (glob === -1 ? parts.length !== literal.length : parts.length <= literal.length) return false;
    return literal.every((part, i) => part === parts[i]);
  });
}
