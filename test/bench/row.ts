import type { Series } from './series.ts';
import { type Figures, figuresOf, type Ratio, ratioOf } from './stats.ts';

/** What the numbers of a row are. MB is a million bytes. */
export type Unit = 'ms' | 'calls/s' | 'MB/s' | 'MB';

/** A list of samples with what it adds up to. */
export interface Measured {
  readonly what: string;
  /** Undefined when no try succeeded. */
  readonly figures: Figures | undefined;
  /** Tries that failed, by why; they are in no figure. */
  readonly failures: Readonly<Record<string, number>>;
  readonly samples: readonly number[];
}

/** One line of the result. */
export interface Row extends Measured {
  /** Names it for targets: `warm.python`. */
  readonly id: string;
  readonly unit: Unit;
  /** Where the calls' sandboxes and interpreters came from, as the server said. */
  readonly origins: Readonly<Record<string, number>>;
  /** What it is compared with, measured in between. */
  readonly yardstick: Measured | undefined;
  readonly ratio: Ratio | undefined;
  /** Why there are no figures: what is measured does not exist here. */
  readonly unavailable: string | undefined;
  /** Why no target can be judged by the figures, though there are some. */
  readonly shortfall: string | undefined;
  readonly notes: readonly string[];
}

/** What a row is made of. */
export interface RowParts {
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  readonly series: Series;
  readonly yardstick?: { readonly what: string; readonly series: Series };
  readonly shortfall?: string | undefined;
  readonly notes?: readonly string[];
}

/** Makes a row of what was measured. */
export function measuredRow({ id, what, unit, series, yardstick, shortfall, notes = [] }: RowParts): Row {
  const subject = measured(what, series);
  const against = yardstick === undefined ? undefined : measured(yardstick.what, yardstick.series);
  return {
    id,
    unit,
    ...subject,
    origins: series.hows,
    yardstick: against,
    ratio: ratioOf(subject.figures, against?.figures),
    unavailable: undefined,
    shortfall,
    notes,
  };
}

/** Makes a row for what cannot be measured here, so that it is seen to be missing. */
export function unavailableRow(id: string, what: string, unit: Unit, reason: string): Row {
  return {
    id,
    what,
    unit,
    figures: undefined,
    failures: {},
    samples: [],
    origins: {},
    yardstick: undefined,
    ratio: undefined,
    unavailable: reason,
    shortfall: undefined,
    notes: [],
  };
}

/** How many tries failed. */
export function failedTries({ failures }: Measured): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

function measured(what: string, series: Series): Measured {
  return { what, figures: figuresOf(series.values), failures: series.failures, samples: series.values };
}
