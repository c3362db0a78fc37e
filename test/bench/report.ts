import type { Machine } from './machine.ts';
import { writeResults } from './results.ts';
import { failedTries, type Row } from './row.ts';
import { verdictTable } from './table.ts';
import { TARGETS } from './targets.ts';
import { judge } from './verdict.ts';

/** What a run was and what came of it. */
export interface Run {
  readonly machine: Machine;
  readonly begun: string;
  readonly loadAtBegin: readonly number[];
  readonly loadAtEnd: readonly number[];
  readonly quick: boolean;
  readonly measurements: readonly string[];
  /** Whether it was everything, to its end: only then it becomes the latest result. */
  readonly isWhole: boolean;
  /** What went wrong beside single tries. */
  readonly problems: readonly string[];
  /** Warnings and errors in the server's log, with how often each came. */
  readonly serverWarnings: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

/**
 * Prints targets, machine and problems, and writes the JSON.
 *
 * @returns whether nothing failed; a target that is missed is a figure and no failure
 */
export async function report(run: Run): Promise<boolean> {
  const { machine, loadAtBegin, loadAtEnd, quick, rows } = run;
  const verdicts = judge(TARGETS, rows);
  const failed = rows
    .flatMap((row) => [row, row.yardstick ?? []].flat())
    .reduce((sum, one) => sum + failedTries(one), 0);
  const problems = failed === 0 ? run.problems : [...run.problems, `${failed} tries failed: they are in no figure`];
  const { isWhole, ...rest } = run;
  const path = await writeResults({ ...rest, ended: new Date().toISOString(), problems, targets: verdicts }, isWhole);

  console.log(`targets\n\n${verdictTable(verdicts.filter(({ verdict }) => verdict !== 'not run'))}\n`);
  const count = (verdict: string) => verdicts.filter((one) => one.verdict === verdict).length;
  console.log(
    `${count('met')} of ${verdicts.length} targets met, ${count('missed')} missed, ` +
      `${count('not available')} not available, ${count('not run')} not run${quick ? '; few samples (--quick)' : ''}`,
  );
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryMb / 1000)} GB, Linux ${machine.kernel}, ` +
      `Docker ${machine.docker}, cgroup v${machine.cgroup}, Node ${machine.node}, commit ${machine.commit}`,
  );
  console.log(`load average ${loadAtBegin.join(' ')} at the beginning, ${loadAtEnd.join(' ')} at the end`);
  for (const [warning, times] of Object.entries(run.serverWarnings))
    console.log(`the server warned ${times} ×: ${warning}`);
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
  console.log(`written to ${path}`);
  return problems.length === 0;
}
