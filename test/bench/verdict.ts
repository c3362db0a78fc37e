import { failedTries, type Row } from './row.ts';
import type { Target } from './targets.ts';

/** What came of a target. Only `met` counts as met. */
export interface Verdict extends Target {
  readonly verdict: 'met' | 'missed' | 'not available' | 'not run';
  readonly figure: number | undefined;
  /** The same figure of the row beside, for comparison. */
  readonly besideFigure: number | undefined;
  /** Why there is no figure, or why a good one does not count; '' otherwise. */
  readonly reason: string;
}

/** Judges targets by the rows of a run. */
export function judge(targets: readonly Target[], rows: readonly Row[]): Verdict[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return targets.map((target) => {
    const row = byId.get(target.row);
    const beside = target.beside === undefined ? undefined : byId.get(target.beside);
    const figure = figureOf(target, row);
    return { ...target, figure, besideFigure: figureOf(target, beside), ...verdictOn(target, row, figure) };
  });
}

function figureOf({ of, statistic }: Target, row: Row | undefined): number | undefined {
  if (of === 'ratio') return row?.ratio?.[statistic];
  const figure = row?.figures?.[statistic];
  if (of === 'figure' || figure === undefined) return figure;
  const yardstick = row?.yardstick?.figures?.[statistic];
  return yardstick === undefined ? undefined : figure - yardstick;
}

function verdictOn(
  target: Target,
  row: Row | undefined,
  figure: number | undefined,
): Pick<Verdict, 'verdict' | 'reason'> {
  if (row === undefined) return { verdict: 'not run', reason: 'its measurement was not part of this run' };
  const cannot = row.unavailable ?? row.shortfall;
  if (cannot !== undefined) return { verdict: 'not available', reason: cannot };
  const failed = failedTries(row);
  if (failed > 0)
    return { verdict: 'missed', reason: `${failed} tries failed: ${Object.keys(row.failures).join('; ')}` };
  if (figure === undefined) {
    const why = Object.keys(row.yardstick?.failures ?? {}).join('; ') || 'nothing was measured';
    return { verdict: 'not available', reason: `without its yardstick: ${why}` };
  }
  const yardstickFailed = row.yardstick === undefined ? 0 : failedTries(row.yardstick);
  if (target.of !== 'figure' && yardstickFailed > 0) {
    return { verdict: 'not available', reason: `${yardstickFailed} tries of the yardstick failed` };
  }
  const met = target.at === 'most' ? figure <= target.limit : figure >= target.limit;
  return { verdict: met ? 'met' : 'missed', reason: '' };
}
