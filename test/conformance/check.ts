import { Status } from 'nice-grpc';
import { expect } from 'vitest';
import type { Expectation } from './case.ts';
import { type Observed, runMs } from './run-case.ts';

/** Compares what came with what must come. */
export function check(observed: Observed, expected: Expectation): void {
  if (expected.error === undefined) checkResponse(observed, expected);
  else checkRefusal(observed, expected.error);
}

function checkResponse(observed: Observed, expected: Expectation): void {
  const { response, json } = observed;
  if (response === undefined) throw new Error(`was refused: ${JSON.stringify(observed.refusal)}`);
  const summary = `${json['outcome']} ${response.message} stderr: ${observed.stderr.slice(0, 500)}`;
  for (const name of ['outcome', 'exitCode', 'signal', 'phase', 'stdoutStats', 'stderrStats'] as const) {
    if (expected[name] !== undefined) expect(json[name], `${name} of ${summary}`).toEqual(expected[name]);
  }
  for (const name of ['stdout', 'stderr', 'phases'] as const) {
    if (expected[name] !== undefined) expect(observed[name], summary).toEqual(expected[name]);
  }
  if (expected.stdoutMatches !== undefined)
    expect(observed.stdout, summary).toMatch(new RegExp(expected.stdoutMatches));
  for (const text of expected.stderrContains ?? []) expect(observed.stderr).toContain(text);
  for (const text of expected.messageContains ?? []) expect(response.message).toContain(text);
  for (const text of expected.stdoutNotContains ?? []) expect(observed.stdout).not.toContain(text);
  for (const path of expected.present ?? []) expect(json).toHaveProperty(path);
  for (const path of expected.absent ?? []) expect(json).not.toHaveProperty(path);
  if (expected.minRunMs !== undefined) expect(runMs(response)).toBeGreaterThanOrEqual(expected.minRunMs);
  if (expected.maxRunMs !== undefined) expect(runMs(response)).toBeLessThanOrEqual(expected.maxRunMs);
  if (expected.minOomKills !== undefined) {
    expect(Number(response.usage?.oomKills ?? 0)).toBeGreaterThanOrEqual(expected.minOomKills);
  }
  checkFiles(observed, expected);
  if (expected.minOutputEvents !== undefined) {
    expect(observed.outputEvents).toBeGreaterThanOrEqual(expected.minOutputEvents);
  }
  if (expected.firstOutputBeforeEndMs !== undefined) {
    expect(observed.firstOutputBeforeEndMs).toBeGreaterThanOrEqual(expected.firstOutputBeforeEndMs);
  }
}

function checkFiles(observed: Observed, expected: Expectation): void {
  if (expected.files !== undefined) {
    expect(observed.files.map(({ path }) => path)).toEqual(expected.files.map(({ path }) => path));
    for (const [i, file] of expected.files.entries()) expect(observed.files[i]).toMatchObject(file);
  }
  if (expected.missing !== undefined) {
    expect(observed.response?.missingOutputPaths.map(({ path }) => path)).toEqual(expected.missing);
  }
  if (expected.generatedSha256InStdout === true) {
    for (const sha256 of observed.generated) expect(observed.stdout).toContain(sha256);
  }
}

function checkRefusal({ refusal, json }: Observed, expected: NonNullable<Expectation['error']>): void {
  if (refusal === undefined) throw new Error(`was not refused: ${JSON.stringify(json)}`);
  expect({ code: Status[refusal.code], reason: refusal.reason }).toEqual({
    code: expected.code,
    reason: expected.reason,
  });
  if (expected.field !== undefined) expect(refusal.fields).toContain(expected.field);
  for (const text of expected.messageContains ?? []) expect(refusal.message).toContain(text);
}
