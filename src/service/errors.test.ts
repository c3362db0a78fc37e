import { readFileSync } from 'node:fs';
import { Status } from 'nice-grpc';
import { expect, test } from 'vitest';
import { ErrorReason } from '../../gen/isol8/v1/error_pb.ts';
import { statusOf } from './errors.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The members of the union in src/engine/errors.ts: types leave nothing behind at run time. */
const union = [...read('../engine/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map((match) => match[1]);

test('the engine, the wire, the mapping and the page have the same reasons', () => {
  const reasons = Object.keys(statusOf);
  expect(union.toSorted()).toEqual(reasons.toSorted());
  expect(Object.keys(ErrorReason).filter((name) => name !== 'UNSPECIFIED')).toEqual(union);
  const page = [...read('../../docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\| `([A-Z_]+)`/gm)];
  expect(page.map(([, reason]) => reason)).toEqual(reasons);
  expect(page.map(([, , code]) => code)).toEqual(Object.values(statusOf).map((code) => Status[code]));
});

test('the proto says the same status for each reason', () => {
  const proto = read('../../proto/isol8/v1/error.proto');
  for (const [reason, code] of Object.entries(statusOf)) {
    const comment = new RegExp(`  // ([A-Z_]+)[^\n]*\n(?:  //[^\n]*\n)*  ERROR_REASON_${reason} =`).exec(proto);
    expect([reason, comment?.[1]]).toEqual([reason, Status[code]]);
  }
});
