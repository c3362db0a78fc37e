import type { Statistic } from './stats.ts';

/** A promise about one figure of one row. */
export interface Target {
  readonly what: string;
  /** Id of the row that has the figure. */
  readonly row: string;
  readonly statistic: Statistic;
  /** Whether the figure itself is bounded, its ratio to the row's yardstick, or what it has more than that. */
  readonly of: 'figure' | 'ratio' | 'excess';
  /** `most`: met at or below the limit; `least`: met at or above. */
  readonly at: 'most' | 'least';
  readonly limit: number;
  /** A row whose same figure is told beside, and bounded by nothing. */
  readonly beside?: string;
}

const fast = ['python', 'node'];
const all = ['python', 'node', 'bun', 'deno', 'bash'];

/** All that is promised, for a machine of two cores. */
export const TARGETS: readonly Target[] = [
  ...fast.map((name) => warm(name, 'p50', 0.35)),
  ...fast.map((name) => warm(name, 'p99', 1)),
  ...['bun', 'deno'].map((name) => warm(name, 'p50', 0.6)),
  warm('bash', 'p50', 3),
  ...all.map((name) => target(`share of service, policy, pool and link, ${name}`, `share.${name}`, 'p50', 3)),
  ...all.map((name) => ({
    ...target(`cold ${name}, × raw Docker`, `cold.${name}`, 'p50', 1.25),
    of: 'ratio' as const,
  })),
  { ...least('sustained, fresh, × raw Docker', 'sustained.fresh', 0.9), of: 'ratio' },
  least('sustained, SAME_TENANT, calls/s', 'sustained.same-tenant', 70),
  { ...least('sustained, SAME_TENANT, × fresh', 'sustained.same-tenant', 8), of: 'ratio' },
  ...['cpu', 'memory', 'processes'].map((limit) =>
    target(`warm python with another limit: ${limit}`, `updated.python.${limit}`, 'p50', 35),
  ),
  ...['cancel', 'limit'].flatMap((how) =>
    ['idle', 'spinning'].flatMap((load) =>
      ['0.5', '1'].map((cores) =>
        target(`${how} → nothing runs, ${load}, ${cores} cores`, `ending.${how}.${load}.${cores}`, 'p99', 300),
      ),
    ),
  ),
  { ...least('100 MB with 20 secrets, × without', 'stream.100-mb.secrets', 0.9), of: 'ratio' },
  { ...target('Execute in a session, python, × bare', 'session.execute.python', 'p50', 0.35), of: 'ratio' },
  target('Execute in a context, one after the other', 'session.context.python', 'p50', 3),
  target('CreateSession from the pool, python', 'session.create.python', 'p50', 15),
  { ...target('warm python beside 100 idle sessions, × without', 'session.beside.python', 'p50', 1.1), of: 'ratio' },
  added('the TypeScript client adds to a call', 'clients.typescript', 0.3),
  added('the Python client adds to a call', 'clients.python', 0.5),
  added('the Python client with asyncio adds to a call', 'clients.python-async', 0.5),
  target('waiting python sandbox, all in (PSS)', 'memory.waiting.python', 'p50', 15),
  target('server, just started (RSS)', 'memory.server.start', 'p50', 150),
  target('server, after the run (RSS)', 'memory.server.end', 'p50', 150),
  target('growth of the heap from call 200 to 2,000', 'growth.heap', 'p50', 5),
];

function target(what: string, row: string, statistic: Statistic, limit: number): Target {
  return { what, row, statistic, of: 'figure', at: 'most', limit };
}

function least(what: string, row: string, limit: number): Target {
  return { what, row, statistic: 'p50', of: 'figure', at: 'least', limit };
}

function added(what: string, row: string, limit: number): Target {
  return { ...target(what, row, 'p50', limit), of: 'excess' };
}

function warm(name: string, statistic: Statistic, limit: number): Target {
  const what = `warm ${name}, × bare interpreter`;
  return { ...target(what, `warm.${name}`, statistic, limit), of: 'ratio', beside: `concurrency.1.${name}` };
}
