import { describe, expect, test } from 'vitest';
import { measuredRow, type RowParts, unavailableRow } from './row.ts';
import { type Sample, Series } from './series.ts';
import { TARGETS, type Target } from './targets.ts';
import { judge } from './verdict.ts';

const target: Target = {
  what: 'speed',
  row: 'a',
  statistic: 'p50',
  of: 'figure',
  at: 'most',
  limit: 10,
};

function series(...samples: (number | string)[]): Series {
  const made = new Series();
  for (const one of samples) made.add((typeof one === 'number' ? { value: one } : { failure: one }) as Sample);
  return made;
}

function row(parts: Partial<RowParts> & Pick<RowParts, 'series'>) {
  return measuredRow({ id: 'a', what: 'a row', unit: 'ms', ...parts });
}

function verdictOf(changes: Partial<Target>, ...rows: Parameters<typeof judge>[1]) {
  const [one] = judge([{ ...target, ...changes }], rows);
  return one;
}

describe('a target', () => {
  test.each([
    { at: 'most' as const, figure: 10, verdict: 'met' },
    { at: 'most' as const, figure: 10.001, verdict: 'missed' },
    { at: 'least' as const, figure: 10, verdict: 'met' },
    { at: 'least' as const, figure: 9.999, verdict: 'missed' },
  ])('of at $at 10 with $figure is $verdict', ({ at, figure, verdict }) => {
    expect(verdictOf({ at }, row({ series: series(figure) }))).toMatchObject({ verdict, figure, reason: '' });
  });

  test('is missed when a try failed, however good the others are', () => {
    expect(verdictOf({}, row({ series: series(1, 1, 'refused') }))).toMatchObject({
      verdict: 'missed',
      figure: 1,
      reason: '1 tries failed: refused',
    });
    expect(verdictOf({}, row({ series: series('refused') }))).toMatchObject({ verdict: 'missed', figure: undefined });
  });

  test('is not met by what does not exist, was not run, or was not run enough', () => {
    expect(verdictOf({}, unavailableRow('a', 'a row', 'ms', 'not built'))).toMatchObject({
      verdict: 'not available',
      reason: 'not built',
    });
    expect(verdictOf({})).toMatchObject({ verdict: 'not run' });
    expect(verdictOf({}, row({ series: series(1), shortfall: 'too few calls' }))).toMatchObject({
      verdict: 'not available',
      figure: 1,
      reason: 'too few calls',
    });
  });

  test('of a ratio takes the yardstick, and is not met without it or with a part of it', () => {
    const against = (...samples: (number | string)[]) =>
      row({ series: series(30), yardstick: { what: 'bare', series: series(...samples) } });
    expect(verdictOf({ of: 'ratio' }, against(3))).toMatchObject({ verdict: 'met', figure: 10 });
    expect(verdictOf({ of: 'ratio' }, against(2))).toMatchObject({ verdict: 'missed', figure: 15 });
    expect(verdictOf({ of: 'ratio' }, against('no root'))).toMatchObject({
      verdict: 'not available',
      reason: 'without its yardstick: no root',
    });
    expect(verdictOf({ of: 'ratio' }, against(30, 'killed'))).toMatchObject({ verdict: 'not available' });
  });

  test('of an excess is what the yardstick lacks', () => {
    const against = (...samples: (number | string)[]) =>
      row({ series: series(30), yardstick: { what: 'stub', series: series(...samples) } });
    expect(verdictOf({ of: 'excess' }, against(21))).toMatchObject({ verdict: 'met', figure: 9 });
    expect(verdictOf({ of: 'excess' }, against(10))).toMatchObject({ verdict: 'missed', figure: 20 });
    expect(verdictOf({ of: 'excess' }, against('killed'))).toMatchObject({ verdict: 'not available' });
  });

  test('tells the row beside and is not judged by it', () => {
    const beside = measuredRow({ id: 'b', what: 'b', unit: 'ms', series: series(99) });
    expect(verdictOf({ beside: 'b' }, row({ series: series(1) }), beside)).toMatchObject({
      verdict: 'met',
      besideFigure: 99,
    });
  });
});

test('every target has a name of its own', () => {
  const names = TARGETS.map(({ what, statistic }) => `${what} ${statistic}`);
  expect(new Set(names).size).toBe(names.length);
});
