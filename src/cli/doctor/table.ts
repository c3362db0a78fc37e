import type { SelfTestResult, SelfTestVerdict } from '../../engine/types.ts';
import { type Examination, isHealthy } from './examination.ts';

const WORDS: Readonly<Record<SelfTestVerdict, string>> = {
  REFUSED: 'refused',
  SUCCEEDED: 'NOT REFUSED',
  KNOWN_LIMIT: 'known limit',
  NOT_JUDGED: 'NOT JUDGED',
};

/**
 * An examination for a terminal: what is set up, each attempt with its result, what is not as it should be once more in
 * full, and a summary.
 *
 * @param columns where lines end that would be longer
 */
export function examinationTable(examination: Examination, columns = Number.POSITIVE_INFINITY): string {
  const { setup, attempts } = examination;
  const lines = setup.map(({ name, state, detail }) => row(state === 'ok' ? '' : state, name, detail));
  const width = Math.max(0, ...attempts.map(({ name }) => name.length));
  for (const subject of new Set(attempts.map((attempt) => attempt.subject))) {
    lines.push('', subject);
    for (const { name, verdict, message } of attempts.filter((attempt) => attempt.subject === subject)) {
      lines.push(`  ${WORDS[verdict].padEnd(12)} ${name.padEnd(width)}  ${message}`);
    }
  }
  const table = lines.map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line).trimEnd());
  return [...table, ...notRefused(attempts), '', summary(examination), ''].join('\n');
}

function row(state: string, name: string, detail: string): string {
  return `${name.padEnd(14)} ${state === '' ? '' : `${state}: `}${detail}`;
}

function notRefused(attempts: readonly SelfTestResult[]): string[] {
  const all = attempts.filter(({ verdict }) => verdict !== 'REFUSED');
  if (all.length === 0) return [];
  return [
    '',
    ...all.flatMap(({ name, verdict, tries, message }) => [`${WORDS[verdict]}: ${name} ${tries}`, `  ${message}`]),
  ];
}

function summary(examination: Examination): string {
  const { attempts } = examination;
  const count = (verdict: SelfTestVerdict) => attempts.filter((attempt) => attempt.verdict === verdict).length;
  const others = (['SUCCEEDED', 'NOT_JUDGED', 'KNOWN_LIMIT'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `, ${count(verdict)} ${WORDS[verdict]}`)
    .map((text) => (count('KNOWN_LIMIT') > 1 ? text.replace(/known limit$/, 'known limits') : text));
  const end = isHealthy(examination) ? 'this host keeps what SECURITY.md promises' : 'this host is not fit to serve';
  return `${attempts.length} attempts: ${count('REFUSED')} refused${others.join('')}; ${end}`;
}
