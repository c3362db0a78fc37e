/** What attempts are about. */
export type Subject =
  | 'namespaces'
  | 'mounts'
  | 'proc and sys'
  | 'cgroups'
  | 'devices'
  | 'privileges'
  | 'kernel'
  | 'guest'
  | 'files'
  | 'network'
  | 'host'
  | 'neighbours';

/**
 * One attempt to get out of a sandbox, or to be felt outside of it: pure data. Programs are Python behind PRELUDE; each
 * says what it could do, not which error it got.
 */
export interface Attempt {
  /** Names it in requests and reports: kebab-case. */
  readonly name: string;
  readonly subject: Subject;
  /** What it tries, one line for people. */
  readonly tries: string;
  /** Judged by what it reports, and by what comes back of `outputPaths`. */
  readonly program: string;
  /** Runs before, in a sandbox of the same tenant. */
  readonly first?: {
    readonly program: string;
    /** Whether it still runs while `program` does; it has ended, and its sandbox is removed or reset, otherwise. */
    readonly stays: boolean;
  };
  /** Asked for: `ours`, which must come back, and others. Nothing may come back but FACTS["mark"]. */
  readonly outputPaths?: readonly string[];
  /** Written before; a request that names such a file may as well be refused. */
  readonly inputPath?: string;
  /** Where the program is to start; a request that names such a place may as well be refused. */
  readonly workingDirectory?: string;
  /** Set where isol8 does not promise that it fails, with the reason: a sentence for people. */
  readonly knownLimit?: string;
}

/** Gives attempts their subject. */
export function about(subject: Subject, attempts: readonly Omit<Attempt, 'subject'>[]): readonly Attempt[] {
  return attempts.map((attempt) => ({ ...attempt, subject }));
}
