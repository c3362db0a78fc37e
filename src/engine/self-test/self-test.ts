import PQueue from 'p-queue';
import { codeRequest } from '../code-request.ts';
import { SELF_TEST_LANES } from '../constants.ts';
import { EngineError, type FieldViolation, refusal } from '../errors.ts';
import type { Engine, SelfTestRequest, SelfTestResult } from '../types.ts';
import type { Attempt } from './attempt.ts';
import { ATTEMPTS } from './attempts.ts';
import { type Facts, HostFacts } from './host-facts.ts';
import { wholeProgram } from './prelude.ts';
import { begin, type Program } from './program.ts';
import { type Judgement, judge, notJudged } from './verdict.ts';

/** Whose the executions are. */
const SELF_TEST_TENANT = 'self-test';

/** Runs attempts against sandboxes that are made as everybody's are. */
export class SelfTest {
  readonly #engine: Pick<Engine, 'start' | 'resolve'>;
  readonly #dockerHost: string;
  /** Shared by all who ask, so that a host is not loaded more by two than by one. */
  readonly #lanes: PQueue;

  /**
   * @param maxConcurrent executions of the engine; an attempt takes up to two
   * @param dockerHost in the form of DOCKER_HOST
   */
  constructor(engine: Pick<Engine, 'start' | 'resolve'>, maxConcurrent: number, dockerHost: string) {
    this.#engine = engine;
    this.#dockerHost = dockerHost;
    this.#lanes = new PQueue({ concurrency: Math.max(1, Math.min(SELF_TEST_LANES, Math.floor(maxConcurrent / 2))) });
  }

  /**
   * Tries what is asked for, in the order of ATTEMPTS.
   *
   * @throws EngineError INVALID_FIELD for a name or a policy that is wrong; DOCKER_UNAVAILABLE, SERVER_DRAINING; the signal's reason
   */
  async run(
    request: SelfTestRequest,
    signal: AbortSignal,
    found: readonly FieldViolation[] = [],
  ): Promise<SelfTestResult[]> {
    const attempts = this.#chosen(request, found);
    await using host = await HostFacts.open(this.#dockerHost);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    try {
      return await Promise.all(
        attempts.map(async (attempt) => {
          const judgement = await this.#lanes.add(() => this.#try(attempt, host.facts, request, either));
          const { name, subject, tries } = attempt;
          return { name, subject, tries, ...judgement };
        }),
      );
    } finally {
      // One that could not be tried at all ends the others; nothing goes on behind the caller's back.
      failed.abort();
    }
  }

  #chosen({ cases, policy, grant }: SelfTestRequest, found: readonly FieldViolation[]): readonly Attempt[] {
    const names = ATTEMPTS.map(({ name }) => name);
    const unknown = cases.flatMap((name, i): FieldViolation[] => {
      if (names.includes(name)) return [];
      return [{ field: `cases[${i}]`, description: `is no case: use ${names.join(', ')}` }];
    });
    const { violations } = this.#engine.resolve({ runtime: 'python', policy, ...(grant && { grant }) }, found);
    const wrong = [...unknown, ...violations];
    if (wrong.length > 0) throw refusal(wrong);
    return cases.length === 0 ? ATTEMPTS : ATTEMPTS.filter(({ name }) => cases.includes(name));
  }

  async #try(attempt: Attempt, facts: Facts, request: SelfTestRequest, signal: AbortSignal): Promise<Judgement> {
    signal.throwIfAborted();
    const execution = (program: string, more: Partial<Attempt> = {}) =>
      begin(this.#engine, { ...this.#request(request, wholeProgram(program, facts)), ...fields(more) }, signal);
    try {
      const first = attempt.first && execution(attempt.first.program);
      if (attempt.first?.stays) {
        await using _ = first;
        if (!(await first?.holds())) return notJudged(`the first program: ${await whyNot(first)}`);
        const ended = await execution(attempt.program, attempt).ended;
        if (first?.hasEnded) return notJudged('the first program did not hold on until the second had looked');
        return judge(attempt, ended);
      }
      const before = await first?.ended;
      if (before !== undefined && before.result.exitCode !== 0) {
        return notJudged(`the first program: ${await whyNot(first)}`);
      }
      return judge(attempt, await execution(attempt.program, attempt).ended);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      return judgeRefusal(attempt, error);
    }
  }

  #request({ policy, grant }: SelfTestRequest, code: string) {
    return codeRequest(SELF_TEST_TENANT, 'python', code, { policy, ...(grant && { grant }) });
  }
}

/** What an attempt asks for beside its program. */
function fields({ outputPaths = [], inputPath, workingDirectory = '' }: Partial<Attempt>) {
  const content = new TextEncoder().encode('escaped');
  return {
    outputPaths,
    workingDirectory,
    files: inputPath === undefined ? [] : [{ path: inputPath, content, mode: 0 }],
  };
}

/** A request that is refused for what the attempt asks for was refused as it should be; others say nothing. */
function judgeRefusal(attempt: Attempt, error: EngineError): Judgement {
  if (error.reason === 'DOCKER_UNAVAILABLE' || error.reason === 'SERVER_DRAINING') throw error;
  const asksForTrouble = attempt.inputPath !== undefined || attempt.workingDirectory !== undefined;
  if (asksForTrouble && error.reason === 'INVALID_FIELD') return { verdict: 'REFUSED', message: error.message };
  return notJudged(`${error.reason}: ${error.message}`);
}

async function whyNot(first: Program | undefined): Promise<string> {
  const ended = await first?.ended;
  return ended?.stderr.trim().split('\n').at(-1) || ended?.result.outcome || 'it did not run';
}
