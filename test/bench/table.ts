import { failedTries, type Measured, type Row } from './row.ts';
import type { Verdict } from './verdict.ts';

/** A number with three digits that count. */
export function short(value: number | undefined): string {
  if (value === undefined) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** The rows as lines of text, every column as wide as its widest cell. */
export function rowTable(rows: readonly Row[]): string {
  const head = ['what', 'n', 'p50', 'p95', 'p99', '', 'yardstick', 'n', 'p50', 'p99', '× p50', '× p95', '× p99'];
  const cells = rows.map((row) =>
    row.unavailable === undefined
      ? [
          row.what,
          tries(row),
          short(row.figures?.p50),
          short(row.figures?.p95),
          short(row.figures?.p99),
          row.unit,
          ...(row.yardstick === undefined ? [] : yardstickCells(row, row.yardstick)),
        ]
      : [row.what, `not available: ${row.unavailable}`],
  );
  const lines = align([head, ...cells], 'lrrrrllrrrrrr');
  const remarks = rows.map(remarksOn);
  return lines.flatMap((line, i) => [line, ...(remarks[i - 1] ?? []).map((remark) => `    ${remark}`)]).join('\n');
}

/** The targets as lines of text. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const cells = verdicts.map((one) => [
    one.what,
    one.statistic,
    `${one.at === 'most' ? '≤' : '≥'} ${one.limit}`,
    short(one.figure),
    one.besideFigure === undefined ? '' : short(one.besideFigure),
    one.reason === '' ? one.verdict : `${one.verdict}: ${one.reason}`,
  ]);
  return align([['target', '', 'limit', 'figure', 'unspaced', 'verdict'], ...cells], 'lllrrl').join('\n');
}

function yardstickCells(row: Row, yardstick: Measured): string[] {
  const { ratio } = row;
  return [
    yardstick.what,
    tries(yardstick),
    short(yardstick.figures?.p50),
    short(yardstick.figures?.p99),
    short(ratio?.p50),
    short(ratio?.p95),
    short(ratio?.p99),
  ];
}

/** How many samples, and how many tries gave none. */
function tries(measured: Measured): string {
  const failed = failedTries(measured);
  return `${measured.figures?.count ?? 0}${failed === 0 ? '' : ` (+${failed} FAILED)`}`;
}

function remarksOn(row: Row): string[] {
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} × ${name}`)
      .join(', ');
  return [
    ...(Object.keys(row.failures).length === 0 ? [] : [`FAILED: ${counted(row.failures)}`]),
    ...(Object.keys(row.yardstick?.failures ?? {}).length === 0
      ? []
      : [`yardstick FAILED: ${counted(row.yardstick?.failures ?? {})}`]),
    ...(Object.keys(row.origins).length === 0 ? [] : [`sandboxes: ${counted(row.origins)}`]),
    ...(row.shortfall === undefined ? [] : [`not judged: ${row.shortfall}`]),
    ...row.notes,
  ];
}

/** A long cell that is the last of its line takes no width from the others. */
function align(lines: readonly (readonly string[])[], sides: string): string[] {
  const width = (column: number) =>
    Math.max(
      ...lines.map((line) =>
        column === line.length - 1 && line.length < sides.length ? 0 : (line[column] ?? '').length,
      ),
    );
  const widths = [...sides].map((_, column) => width(column));
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const to = widths[column] ?? 0;
        return sides[column] === 'r' ? cell.padStart(to) : cell.padEnd(to);
      })
      .join('  ')
      .trimEnd(),
  );
}
