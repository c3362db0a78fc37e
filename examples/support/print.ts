import { styleText } from 'node:util';

/** Colours on a terminal, plain text in a pipe. */
const paint = (style: Parameters<typeof styleText>[0], text: string) =>
  styleText(style, text, { stream: process.stdout });

/** Begins a scene. */
export function headline(text: string): void {
  console.log(`\n${paint('bold', text)}`);
}

/** What only somebody who watches wants to know: nothing in a pipe. */
export function note(text: string): void {
  if (process.stdout.isTTY) console.log(paint('dim', text));
}

/** The last line: what to do now. */
export function next(text: string): void {
  console.log(`\n${text}`);
}

/** One thing that happened: its name, what it said, a fact about it. */
export function line(name: string, text: string, fact = ''): void {
  const padded = text === '' ? name : `${name.padEnd(18)} `;
  console.log(`  ${paint('cyan', padded)}${text}${fact === '' ? '' : `  ${paint('dim', fact)}`}`);
}

/** Says so when something is not as it should be, and makes the whole thing fail. */
export function verdict(good: boolean, problem: string): void {
  if (good) return;
  console.log(`  ${paint('red', `not as it should be: ${problem}`)}`);
  process.exitCode = 1;
}

/** Output on one line. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
