import { MISSING_PATHS_BYTES } from '../constants.ts';
import type { MissingOutputPath } from '../types.ts';

/** Output paths that were not given back: as many as fit into a message, the rest as a number. */
export class MissingPaths {
  readonly #named: MissingOutputPath[] = [];
  #bytes = 0;
  #unnamed = 0;

  add(missing: MissingOutputPath): void {
    // In UTF-8 no unit of a string takes more than three bytes.
    this.#bytes += 3 * missing.path.length;
    if (this.#bytes > MISSING_PATHS_BYTES) this.#unnamed += 1;
    else this.#named.push(missing);
  }

  list(): MissingOutputPath[] {
    if (this.#unnamed === 0) return this.#named;
    return [...this.#named, { path: '', reason: `${this.#unnamed} more were not given back and are not named here` }];
  }
}
