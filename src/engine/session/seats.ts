import { BOOT_PAUSE_MS, SESSION_MAX_EXECUTIONS } from '../constants.ts';
import { EngineError } from '../errors.ts';
import type { Lease } from '../pool/pool.ts';
import type { SandboxFactory } from '../sandbox/factory.ts';
import type { EffectivePolicy } from '../types.ts';
import { MainFiles } from './main-files.ts';
import type { Session } from './session.ts';

/** Who wants a seat. */
export interface Sitter {
  /** Of the execution; its runs begin with it. */
  readonly id: string;
  readonly cancel: () => void;
  /** Whether it begins an interpreter of the session's runtime. */
  readonly begins: boolean;
}

/** The places for executions in one session, and the interpreter that is booted ahead for the next of them. */
export class Seats {
  readonly #session: Session;
  readonly #factory: Pick<SandboxFactory, 'boot'>;
  readonly #files: MainFiles;
  /** The main file of what waits, and what it was booted with. */
  #waiting: { readonly file: string; readonly policy: EffectivePolicy } | undefined;
  #booting: Promise<void> | undefined;
  /** Begins to boot when the answer is out. */
  #pause: NodeJS.Timeout | undefined;

  constructor(session: Session, factory: Pick<SandboxFactory, 'boot'>) {
    this.#session = session;
    this.#factory = factory;
    this.#files = new MainFiles(session.runtime.mainFile);
  }

  /**
   * A place for one execution.
   *
   * @throws EngineError SESSION_BUSY, SESSION_NOT_FOUND
   */
  async take({ id, cancel, begins }: Sitter): Promise<Lease> {
    const session = this.#session;
    if (session.running >= SESSION_MAX_EXECUTIONS) {
      throw new EngineError('SESSION_BUSY', `${SESSION_MAX_EXECUTIONS} executions run in the session: wait for one`, {
        retryAfterMs: 1000,
      });
    }
    const leave = session.enter(cancel);
    if (begins) {
      if (this.#pause !== undefined) this.bootAhead();
      // To wait for one that boots takes less than to boot another.
      await this.#booting;
    }
    const sandbox = await session.sandbox();
    if (sandbox === undefined) {
      leave();
      throw new EngineError('SESSION_NOT_FOUND', `the session has ended: ${session.info.endReason}`);
    }
    const waiting = begins ? this.#waiting : undefined;
    if (waiting !== undefined) this.#waiting = undefined;
    const mainFile = waiting?.file ?? this.#files.take();
    let given = false;
    const giveBack = async () => {
      if (given) return;
      given = true;
      this.#files.free(mainFile);
      leave();
      await sandbox.rethrottle(session.record.policy).catch(() => session.end('its processors could not be limited'));
      this.#pause ??= setTimeout(() => this.bootAhead(), BOOT_PAUSE_MS).unref();
    };
    const cleared = async () => {
      const linked = await session.sandbox();
      await Promise.all(['SETUP', 'RUN'].map((phase) => linked?.guest.kill(`${id}/${phase}`))).catch(() =>
        session.end('its guest could not end an execution'),
      );
      return linked;
    };
    return {
      sandbox,
      origin: 'SESSION',
      mainFile,
      bootedWith: waiting?.policy,
      giveBack,
      clear: () => cleared().then(() => {}),
      lost: async () => (await cleared()) === undefined && (await sandbox.diedOfMemory()),
      [Symbol.asyncDispose]: giveBack,
    };
  }

  /** Lets an interpreter boot for the next execution, where none waits. */
  bootAhead(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#waiting !== undefined || this.#booting !== undefined || !this.#session.isLive) return;
    const file = this.#files.take();
    this.#booting = this.#boot(file).finally(() => {
      this.#booting = undefined;
    });
  }

  async #boot(file: string): Promise<void> {
    const { record, runtime } = this.#session;
    const sandbox = await this.#session.sandbox();
    // A session in which nothing can be booted ahead is as good, and slower.
    const failure =
      sandbox === undefined ? 'ended' : await this.#factory.boot(sandbox, record.policy, runtime, file).catch(String);
    if (failure === undefined) this.#waiting = { file, policy: record.policy };
    else this.#files.free(file);
  }
}
