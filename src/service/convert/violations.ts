import { EngineError, type FieldViolation } from '../../engine/errors.ts';

/** Gathers what is wrong with a request, so that all of it is named at once. */
export class Violations {
  readonly #wrong: FieldViolation[] = [];
  readonly #unbuilt: FieldViolation[] = [];

  /** The field's value is wrong. */
  wrong(field: string, description: string): void {
    this.#wrong.push({ field, description });
  }

  /** The field asks for a part of the contract that does not exist yet. It is refused, never ignored. */
  unbuilt(field: string, what: string): void {
    this.#unbuilt.push({ field, description: `${what} is not implemented by this version; leave it unset` });
  }

  /** @throws EngineError INVALID_FIELD or NOT_IMPLEMENTED when something was gathered */
  throwIfAny(): void {
    const violations = [...this.#wrong, ...this.#unbuilt];
    const [first, ...others] = violations;
    if (first === undefined) return;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    throw new EngineError(
      this.#wrong.length > 0 ? 'INVALID_FIELD' : 'NOT_IMPLEMENTED',
      `${first.field}: ${first.description}${more}`,
      { violations },
    );
  }
}
