import { once } from 'node:events';
import { type ExecutionStream, Isol8Error, type Result } from '../../../clients/typescript/src/index.ts';
import { ReceivedFiles } from './received-files.ts';

const NEWLINE = 10;

/** How an execution went, and whether what it wrote last ends in the middle of a line. */
export interface Followed {
  readonly result: Result;
  readonly isMidLine: boolean;
}

/** Writes what an execution writes, while it does, and its files; returns how it went. */
export async function follow(stream: ExecutionStream, folder: string): Promise<Followed> {
  const files = new ReceivedFiles(folder);
  let result: Result | undefined;
  let last: number | undefined;
  const write = async (to: NodeJS.WriteStream, bytes: Uint8Array) => {
    if (bytes.length === 0) return;
    last = bytes.at(-1);
    if (!to.write(bytes)) await once(to, 'drain');
  };
  for await (const event of stream) {
    if (event.type === 'stdout' || event.type === 'stderr') await write(process[event.type], event.bytes);
    if (event.type === 'display') await write(process.stdout, shown(event.display.data['text/plain']));
    if (event.type === 'file') files.take(event);
    if (event.type === 'exit') result = event.result;
  }
  // A stream that breaks off throws.
  return { result: result as Result, isMidLine: last !== undefined && last !== NEWLINE };
}

/** Hands on what stands on standard input until it ends, or the program does, which destroys it. */
export async function handOnStdin(stream: ExecutionStream): Promise<void> {
  try {
    for await (const piece of process.stdin) await stream.sendInput(piece as Buffer);
    await stream.closeInput();
  } catch (error) {
    // A program that has ended reads no more; how it went is told by its stream.
    if (!(error instanceof Isol8Error) && !process.stdin.destroyed) throw error;
  }
}

function shown(text: Uint8Array | undefined): Uint8Array {
  return text === undefined ? new Uint8Array() : Buffer.concat([text, Buffer.from('\n')]);
}
