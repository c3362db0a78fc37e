import type { Request } from '../../support/collect.ts';

/** A program that must do the same in an interpreter that has waited as in one that was started for it. */
export interface SameProgram {
  readonly name: string;
  readonly code: string;
  /** What the request has beside code and runtime. */
  readonly more?: Partial<Request>;
  /** What standard output must show at least, so that a program that fails both times is noticed. */
  readonly shows: string | RegExp;
}
