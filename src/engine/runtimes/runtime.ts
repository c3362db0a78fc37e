/** A language that code can be in. Pure data: what differs between runtimes, and nothing that is the same. */
export interface Runtime {
  /** As callers name it. */
  readonly name: string;
  /** The image that it runs in. */
  readonly image: string;
  /** The file in /sandbox that code is written to. */
  readonly mainFile: string;
  /** What runs `mainFile`; its arguments follow. */
  readonly interpreter: readonly string[];
  /** Variables that the interpreter needs to behave in a sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  /** The guest's name for what makes it wait when it is booted ahead; '' when what waits can still become any program. */
  readonly hook: string;
  /** Whether it sizes itself by memory and processors when it boots. */
  readonly sizedAtBoot: boolean;
  /** The least `memory_bytes` that a program of a line runs in. */
  readonly memoryFloorBytes: number;
}

/** Where code, its files and its working directory are. */
export const WORKSPACE = '/sandbox';

/**
 * The program and its arguments for code that has been written to a file.
 *
 * @param mainFile in /sandbox
 */
export function codeArgv(runtime: Runtime, args: readonly string[], mainFile = runtime.mainFile): string[] {
  return [...runtime.interpreter, `${WORKSPACE}/${mainFile}`, ...args];
}

/** The program and its arguments for a shell command; `$0` is the shell, `$1` the first argument. */
export function commandArgv(command: string, args: readonly string[]): string[] {
  // A command that begins with a dash is no option of the shell's.
  return ['bash', '-c', '--', command, 'bash', ...args];
}
