/** A rich result of a context. The code's own word. */
export interface Display {
  /** The same thing in several forms, by MIME type. */
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** Names one that a later one replaces; '' when nothing does. */
  readonly displayId: string;
  readonly context: string;
  /** Whether it is the value of the last expression. */
  readonly isResult: boolean;
}

/** An error that code in a context did not catch. The code's own word. */
export interface ExecutionError {
  readonly name: string;
  readonly message: string;
  /** The outermost first. */
  readonly frames: readonly {
    readonly file: string;
    /** From 1 on; 0 where it is not known. */
    readonly line: number;
    readonly function: string;
    readonly source: string;
  }[];
}
