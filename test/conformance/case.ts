import type { JsonObject } from '@bufbuild/protobuf';

/**
 * A case of the conformance suite, as `cases/*.json` hold it: requests in proto JSON and what must come of them. They are
 * data so that every way to call runs the same (`ways/`). In strings, `@{name}` is what a step before saved under that
 * name, and `@{unique}` a text that no other run of a case has.
 */
export interface Case {
  /** Of the acceptance row, where there is one. */
  readonly id: string;
  readonly title: string;
  /** Through ExecuteStream instead of Execute, where a step does not say. */
  readonly stream?: boolean;
  /** All steps at once instead of one after the other. */
  readonly parallel?: boolean;
  /** Run so often. */
  readonly repeat?: number;
  readonly steps: readonly Step[];
}

/** A call and its result; or, with `end`, the result of a call that a step before began. */
export interface Step {
  /** A method as `way.ts` names them; `execute` or `executeStream` when unset. */
  readonly call?: string;
  readonly request?: JsonObject;
  /** Files of random bytes to add to the request. */
  readonly generatedFiles?: readonly { readonly path: string; readonly bytes: number }[];
  /** The call's deadline. */
  readonly deadlineMs?: number;
  /** Names to save: the path of each in the response. */
  readonly save?: Readonly<Record<string, string>>;
  /** The stream goes on beside the next steps under this name, and saves its execution's id under it. */
  readonly begin?: string;
  /** The next step waits until this was in the output of what begins. */
  readonly until?: string;
  /** The name of a stream that began: now its end is waited for. */
  readonly end?: string;
  readonly expect?: Expectation;
}

/** What must come of a call. What is not named is not looked at. */
export interface Expectation {
  /** The call is refused. */
  readonly error?: {
    readonly code: string;
    readonly reason: string;
    readonly field?: string;
    readonly messageContains?: readonly string[];
  };
  /** Part of the response's JSON; arrays are as long as here. */
  readonly match?: JsonObject;
  readonly outcome?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly phase?: string;
  readonly messageContains?: readonly string[];
  /** All of it. */
  readonly stdout?: string;
  readonly stderr?: string;
  readonly stdoutMatches?: string;
  readonly stdoutNotContains?: readonly string[];
  readonly stderrContains?: readonly string[];
  readonly stdoutStats?: JsonObject;
  readonly stderrStats?: JsonObject;
  readonly minRunMs?: number;
  readonly maxRunMs?: number;
  readonly minOomKills?: number;
  /** Paths in the JSON of the response that must be there. */
  readonly present?: readonly string[];
  readonly absent?: readonly string[];
  readonly files?: readonly { path: string; content: string; mode?: number; sha256?: string }[];
  /** Rich results: text forms by MIME type, the others by that they are there (`true`). */
  readonly displays?: readonly Readonly<Record<string, string | true>>[];
  /** Paths of missing_output_paths. */
  readonly missing?: readonly string[];
  readonly generatedSha256InStdout?: boolean;
  readonly phases?: readonly string[];
  readonly minOutputEvents?: number;
  readonly firstOutputBeforeEndMs?: number;
}
