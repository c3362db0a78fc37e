import { once } from 'node:events';
import { type ExecutionStream, Isol8Error, type Result } from '../../../clients/typescript/src/index.ts';
import { ReceivedFiles } from './received-files.ts';

/** Writes what an execution writes, while it does, and its files; returns how it went. */
export async function follow(stream: ExecutionStream, folder: string): Promise<Result> {
  const files = new ReceivedFiles(folder);
  let result: Result | undefined;
  for await (const event of stream) {
    if (event.type === 'stdout' || event.type === 'stderr') await write(process[event.type], event.bytes);
    if (event.type === 'display') await write(process.stdout, shown(event.display.data['text/plain']));
    if (event.type === 'file') files.take(event);
    if (event.type === 'exit') result = event.result;
  }
  // A stream that breaks off throws.
  return result as Result;
}

/** Hands on what stands on standard input until it ends, or the program does. */
export async function handOnStdin(stream: ExecutionStream): Promise<void> {
  try {
    for await (const piece of process.stdin) await stream.sendInput(piece as Buffer);
    await stream.closeInput();
  } catch (error) {
    // A program that has ended reads no more; how it went is told by its stream.
    if (!(error instanceof Isol8Error)) throw error;
  }
}

async function write(to: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (bytes.length > 0 && !to.write(bytes)) await once(to, 'drain');
}

function shown(text: Uint8Array | undefined): Uint8Array {
  return text === undefined ? new Uint8Array() : Buffer.concat([text, Buffer.from('\n')]);
}
