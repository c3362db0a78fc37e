import type { FieldViolation } from '../../engine/errors.ts';

/** Gathers what is wrong with a request, so that all of it is named at once. */
export class Violations {
  readonly all: FieldViolation[] = [];

  /** The field's value is wrong. */
  wrong(field: string, description: string): void {
    this.all.push({ field, description });
  }

  /** The field asks for a part of the contract that does not exist yet. It is refused, never ignored. */
  unbuilt(field: string, what: string): void {
    const description = `${what} is not implemented by this version; leave it unset`;
    this.all.push({ field, description, reason: 'NOT_IMPLEMENTED' });
  }
}
