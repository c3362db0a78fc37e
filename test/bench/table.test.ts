import { expect, test } from 'vitest';
import { toJson } from './results.ts';
import { measuredRow, unavailableRow } from './row.ts';
import { Series } from './series.ts';
import { rowTable, short, verdictTable } from './table.ts';
import { judge } from './verdict.ts';

function numbers(...values: number[]): Series {
  const series = new Series();
  for (const value of values) series.add({ value, how: 'pool' });
  return series;
}

test('numbers have three digits that count', () => {
  expect([0.1234, 1.234, 12.34, 123.4, 1234.5, undefined].map(short)).toEqual([
    '0.123',
    '1.23',
    '12.3',
    '123',
    '1235',
    '–',
  ]);
});

test('a table tells figures, failures, where sandboxes came from, and what is missing', () => {
  const series = numbers(10, 20, 30);
  series.add({ failure: 'refused' });
  const rows = [
    measuredRow({
      id: 'a',
      what: 'a call',
      unit: 'ms',
      series,
      yardstick: { what: 'bare', series: numbers(40) },
      notes: ['a note'],
    }),
    unavailableRow('b', 'another', 'ms', 'a reason that is longer than every column of the table together'),
  ];
  expect(rowTable(rows)).toBe(
    [
      'what                 n   p50   p95   p99      yardstick  n   p50   p99  × p50  × p95  × p99',
      'a call   3 (+1 FAILED)  20.0  30.0  30.0  ms  bare       1  40.0  40.0  0.500  0.750  0.750',
      '    FAILED: 1 × refused',
      '    sandboxes: 3 × pool',
      '    a note',
      'another  not available: a reason that is longer than every column of the table together',
    ].join('\n'),
  );
});

test('a table of targets says met, missed, and why there is no figure', () => {
  const target = { what: 'a', row: 'a', statistic: 'p50', of: 'figure', at: 'most', limit: 15 } as const;
  const rows = [
    measuredRow({ id: 'a', what: 'a', unit: 'ms', series: numbers(10) }),
    measuredRow({ id: 'b', what: 'b', unit: 'ms', series: numbers(20) }),
    unavailableRow('c', 'c', 'ms', 'not built'),
  ];
  const targets = [
    { ...target, beside: 'b' },
    { ...target, row: 'b' },
    { ...target, row: 'c' },
  ];
  expect(verdictTable(judge(targets, rows)).split('\n')).toEqual([
    'target       limit  figure  unspaced  verdict',
    'a       p50  ≤ 15     10.0      20.0  met',
    'a       p50  ≤ 15     20.0            missed',
    'a       p50  ≤ 15        –            not available: not built',
  ]);
});

test('JSON has numbers to a thousandth, and lists of them on one line', () => {
  expect(toJson({ samples: [1.23456, 2, 3e-5], none: [], names: ['a'] })).toBe(
    '{\n  "samples": [1.235, 2, 0],\n  "none": [],\n  "names": [\n    "a"\n  ]\n}',
  );
});
