import { setTimeout as delay } from 'node:timers/promises';
import { GUEST_ANSWER_TIMEOUT_MS } from '../constants.ts';
import type { BootOrder, GuestClient, KeepOrder } from '../guest/client.ts';
import { difference, type Survey } from '../guest/survey.ts';
import type { EffectivePolicy } from '../types.ts';
import type { Evidence } from './evidence.ts';
import { IllegalMove, mayMove, type SandboxState } from './state.ts';

/** How long Docker may take to tell why a container ended, in milliseconds. */
const EVIDENCE_TIMEOUT_MS = 2_000;

/** What a sandbox is made of. */
export interface SandboxParts {
  readonly id: string;
  readonly uid: number;
  readonly guest: GuestClient;
  /** Of the guest. */
  readonly guestDigest: string;
  readonly evidence: Evidence;
  /** `NAME=value`, of the image. */
  readonly imageEnvironment: readonly string[];
  /** Removes the container and resolves when it is gone. Never rejects. */
  readonly remove: () => Promise<void>;
  /** Gives the container so many processors; all of the host's when it is undefined. */
  readonly throttle: (cpuCores: number | undefined) => Promise<void>;
  /** Logs that the sandbox was lost. */
  readonly logLoss: (cause: unknown) => void;
  /** Whether it is a session's already. */
  readonly isKept?: boolean;
}

/** A container with a guest that has greeted. Whoever has it disposes of it, which removes it. */
export class Sandbox implements AsyncDisposable {
  readonly #parts: SandboxParts;
  #state: SandboxState;
  #removal: Promise<void> | undefined;
  #bootedWith: EffectivePolicy | undefined;
  #fresh: Survey | undefined;
  #unthrottled = false;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
    this.#state = parts.isKept === true ? 'kept' : 'ready';
    void parts.guest.connection.lost.then(() => {
      if (mayMove(this.#state, 'lost')) this.#move('lost');
    });
  }

  /** Whether it can serve one. */
  get isReady(): boolean {
    return this.#state === 'ready' || this.isKept;
  }

  /** Whether it serves an execution and is still there. */
  get isBusy(): boolean {
    return this.#state === 'busy' || this.isKept;
  }

  /** Whether it is a session's and is still there. */
  get isKept(): boolean {
    return this.#state === 'kept';
  }

  /** Of the code. */
  get uid(): number {
    return this.#parts.uid;
  }

  /** Of the guest that answers. */
  get guestDigest(): string {
    return this.#parts.guestDigest;
  }

  /** Of its container. */
  get id(): string {
    return this.#parts.id;
  }

  /** The policy with which what waits in it was booted; undefined when nothing waits. */
  get bootedWith(): EffectivePolicy | undefined {
    return this.#bootedWith;
  }

  /** Resolves when its link has ended, whoever ended it. */
  get ended(): Promise<unknown> {
    return this.#parts.guest.connection.lost;
  }

  get guest(): GuestClient {
    return this.#parts.guest;
  }

  /** `NAME=value`, of the image. */
  get imageEnvironment(): readonly string[] {
    return this.#parts.imageEnvironment;
  }

  /**
   * Lets an interpreter boot and wait. The first time, nobody has used it and what it holds is remembered.
   *
   * @returns why nothing waits; undefined when it does
   */
  async boot(order: Omit<BootOrder, 'reset'>, policy: EffectivePolicy): Promise<string | undefined> {
    const { failure, survey } = await this.#parts.guest.boot({ ...order, reset: false }, GUEST_ANSWER_TIMEOUT_MS);
    this.#bootedWith = failure === undefined ? policy : undefined;
    this.#fresh ??= survey;
    return failure;
  }

  /**
   * Makes it as good as new for its next execution: everything ended, everything removed, an interpreter booted, and
   * what it holds compared with what it held before it was used.
   *
   * @throws Error with what is odd about it; then it must not be used again
   */
  async reset(order: Omit<BootOrder, 'reset'>): Promise<void> {
    if (this.#fresh === undefined || this.#parts.evidence.oom) throw new Error('it cannot be compared');
    if (this.#unthrottled) throw new Error('its processors are no longer limited');
    const { failure, survey } = await this.#parts.guest.boot({ ...order, reset: true }, GUEST_ANSWER_TIMEOUT_MS);
    const odd = failure ?? difference(this.#fresh, survey);
    if (odd !== undefined) throw new Error(odd);
    this.#move('ready');
  }

  /** Whether it is ready and its guest answers in time. */
  async isAlive(milliseconds: number): Promise<boolean> {
    if (this.#state !== 'ready') return false;
    return (await this.#parts.guest.connection.answersWithin(milliseconds)) && this.#state === 'ready';
  }

  /**
   * Lifts its limit of processors, for good: a container that has used up its share stands still, the guest that is to
   * kill with it. What ends here is given more than it may have for as long as that takes.
   */
  unthrottle(): void {
    if (this.#unthrottled || !this.isBusy) return;
    this.#unthrottled = true;
    // Where Docker cannot, the end takes longer.
    this.#parts.throttle(undefined).catch(() => {});
  }

  /** Takes `unthrottle` back, if it was called: a session goes on. */
  async rethrottle({ limits }: EffectivePolicy): Promise<void> {
    if (!this.#unthrottled) return;
    await this.#parts.throttle(limits.cpuCores);
    this.#unthrottled = false;
  }

  /** Takes it for an execution; it serves one only, or one after each reset. One that is kept is taken already. */
  occupy(): void {
    if (!this.isKept) this.#move('busy');
  }

  /** Takes it for a session: from now on its guest outlives the link. */
  async keep(order: KeepOrder): Promise<void> {
    if (!this.isKept) this.#move('kept');
    await this.#parts.guest.keep(order);
  }

  /** Ends the link and nothing else: another one leads to the same container from now on, or shall. */
  leave(): void {
    if (this.#removal !== undefined) return;
    this.#move('left');
    this.#removal = Promise.resolve();
    this.#parts.guest[Symbol.dispose]();
  }

  /**
   * Whether the kernel killed for memory, once Docker has had the time to say so. To be asked when the link is lost: it
   * begins to remove the container, which need not have ended by itself.
   */
  ranOutOfMemory(): Promise<boolean> {
    void this[Symbol.asyncDispose]();
    return this.diedOfMemory();
  }

  /** The same for a container that is known to have ended. */
  async diedOfMemory(): Promise<boolean> {
    await Promise.race([this.#parts.evidence.died, delay(EVIDENCE_TIMEOUT_MS, undefined, { ref: false })]);
    return this.#parts.evidence.oom;
  }

  /** Notes, for the log, why an execution lost it. */
  noteLoss(cause: unknown): void {
    this.#parts.logLoss(cause);
  }

  /** Kills and removes the container; resolves when nothing of it is left. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  async #remove(): Promise<void> {
    this.#move('removing');
    this.#parts.guest[Symbol.dispose]();
    await this.#parts.remove();
    this.#move('removed');
  }

  #move(to: SandboxState): void {
    if (!mayMove(this.#state, to)) throw new IllegalMove(this.#state, to);
    this.#state = to;
  }
}
