import type { JsonObject } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import type { Expectation } from './case.ts';
import { type Observed, text } from './observe.ts';

/**
 * Compares what came with what must come.
 *
 * @param generated SHA-256 of the files that were made for the request
 */
export function check(observed: Observed, expected: Expectation, generated: readonly string[]): void {
  if (expected.error !== undefined) {
    checkRefusal(observed, expected.error);
    return;
  }
  if (observed.refusal !== undefined) throw new Error(`was refused: ${JSON.stringify(observed.refusal)}`);
  checkResult(observed, expected);
  checkOutput(observed, expected);
  checkFiles(observed, expected);
  for (const sha256 of expected.generatedSha256InStdout === true ? generated : []) {
    expect(observed.stdout).toContain(sha256);
  }
}

function checkResult({ json, phases, stderr }: Observed, expected: Expectation): void {
  const summary = `${json['outcome']} ${text(json['message'])} stderr: ${stderr.slice(0, 500)}`;
  for (const name of ['outcome', 'exitCode', 'signal', 'phase', 'stdoutStats', 'stderrStats'] as const) {
    if (expected[name] !== undefined) expect(json[name], `${name} of ${summary}`).toEqual(expected[name]);
  }
  if (expected.phases !== undefined) expect(phases, summary).toEqual(expected.phases);
  if (expected.match !== undefined) expect(json, summary).toMatchObject(expected.match);
  for (const part of expected.messageContains ?? []) expect(json['message']).toContain(part);
  for (const path of expected.present ?? []) expect(json).toHaveProperty(path);
  for (const path of expected.absent ?? []) expect(json).not.toHaveProperty(path);
  if (expected.minRunMs !== undefined) expect(runMs(json)).toBeGreaterThanOrEqual(expected.minRunMs);
  if (expected.maxRunMs !== undefined) expect(runMs(json)).toBeLessThanOrEqual(expected.maxRunMs);
  if (expected.minOomKills !== undefined) {
    expect(Number((json['usage'] as JsonObject)['oomKills'] ?? 0)).toBeGreaterThanOrEqual(expected.minOomKills);
  }
}

function checkOutput(observed: Observed, expected: Expectation): void {
  for (const name of ['stdout', 'stderr'] as const) {
    if (expected[name] !== undefined) expect(observed[name], JSON.stringify(observed.json)).toEqual(expected[name]);
  }
  if (expected.stdoutMatches !== undefined) expect(observed.stdout).toMatch(new RegExp(expected.stdoutMatches));
  for (const part of expected.stderrContains ?? []) expect(observed.stderr).toContain(part);
  for (const part of expected.stdoutNotContains ?? []) expect(observed.stdout).not.toContain(part);
  if (expected.minOutputEvents !== undefined) {
    expect(observed.outputEvents).toBeGreaterThanOrEqual(expected.minOutputEvents);
  }
  if (expected.firstOutputBeforeEndMs !== undefined) {
    expect(observed.firstOutputBeforeEndMs).toBeGreaterThanOrEqual(expected.firstOutputBeforeEndMs);
  }
  if (expected.displays !== undefined) expect(observed.displays.map(formsOf)).toEqual(expected.displays);
}

/** The forms of a display: text as it is, others by their type alone. */
function formsOf({ data }: JsonObject): Record<string, string | true> {
  return Object.fromEntries(
    Object.entries((data ?? {}) as Record<string, string>).map(([type, content]) => [
      type,
      type.startsWith('text/') ? Buffer.from(content, 'base64').toString() : true,
    ]),
  );
}

function checkFiles({ files, json }: Observed, expected: Expectation): void {
  if (expected.files !== undefined) {
    expect(files.map(({ path }) => path)).toEqual(expected.files.map(({ path }) => path));
    for (const [i, file] of expected.files.entries()) expect(files[i]).toMatchObject(file);
  }
  if (expected.missing !== undefined) {
    const missing = (json['missingOutputPaths'] ?? []) as JsonObject[];
    expect(missing.map(({ path }) => path)).toEqual(expected.missing);
  }
}

function checkRefusal({ refusal, json }: Observed, expected: NonNullable<Expectation['error']>): void {
  if (refusal === undefined) throw new Error(`was not refused: ${JSON.stringify(json)}`);
  expect({ code: refusal.code, reason: refusal.reason }).toEqual({ code: expected.code, reason: expected.reason });
  if (expected.field !== undefined) expect(refusal.fields).toContain(expected.field);
  for (const part of expected.messageContains ?? []) expect(refusal.message).toContain(part);
}

/** How long the program ran, in milliseconds. */
function runMs(json: JsonObject): number {
  const timings = (json['timings'] ?? {}) as JsonObject;
  return Number.parseFloat(text(timings['run'] ?? timings['setup'])) * 1000;
}
