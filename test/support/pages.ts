import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './command.ts';

/** A block of a page, and what stands in the block after it where that shows what comes out. */
export interface Block {
  readonly title: string;
  readonly text: string;
  readonly shows?: { readonly kind: string; readonly text: string };
}

/** The blocks of a page in one language. */
export function blocksOf(page: string, language: string): Block[] {
  const fences = /^```(\w+)\n(.*?)^```$/gms;
  const all = [...readFileSync(join(ROOT, page), 'utf8').matchAll(fences)];
  return all.flatMap(([, kind, text = ''], i): Block[] => {
    if (kind !== language) return [];
    const [, nextKind = '', nextText = ''] = all[i + 1] ?? [];
    const shows = ['json', 'text'].includes(nextKind) ? { shows: { kind: nextKind, text: nextText } } : {};
    return [{ title: `${page}: ${text.split('\n')[0]}`, text, ...shows }];
  });
}
