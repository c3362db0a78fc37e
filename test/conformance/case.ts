import type { JsonObject } from '@bufbuild/protobuf';

/**
 * A case of the conformance suite, as `cases/*.json` hold it: requests in proto JSON and what must come of them. They are
 * data so that every client runs the same.
 */
export interface Case {
  /** Of the acceptance row, where there is one. */
  readonly id: string;
  readonly title: string;
  /** Through ExecuteStream instead of Execute. */
  readonly stream?: boolean;
  /** All steps at once instead of one after the other. */
  readonly parallel?: boolean;
  /** Run so often. */
  readonly repeat?: number;
  readonly steps: readonly Step[];
}

/** One request and its result. */
export interface Step {
  /** An `isol8.v1.ExecuteRequest`. */
  readonly request: JsonObject;
  /** Files of random bytes to add to the request. */
  readonly generatedFiles?: readonly { readonly path: string; readonly bytes: number }[];
  readonly expect: Expectation;
}

/** What must come of a request. What is not named is not looked at. */
export interface Expectation {
  /** The call is refused. */
  readonly error?: {
    readonly code: string;
    readonly reason: string;
    readonly field?: string;
    readonly messageContains?: readonly string[];
  };
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
  /** Paths of missing_output_paths. */
  readonly missing?: readonly string[];
  readonly generatedSha256InStdout?: boolean;
  readonly phases?: readonly string[];
  readonly minOutputEvents?: number;
  readonly firstOutputBeforeEndMs?: number;
}
