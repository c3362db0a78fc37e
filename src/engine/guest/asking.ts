import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { READ_ANSWER_TIMEOUT_MS } from '../constants.ts';
import type { GuestCall, GuestConnection } from './connection.ts';
import { LinkLost, ProtocolViolation } from './violation.ts';

/** Lets a promise take only so long, whatever that means for who waits. */
export type InTime = <T>(promise: Promise<T>) => Promise<T>;

/** What all calls of a guest have in common: one answer to a question, answers in time, and the end of a link that lies. */
export class Asking {
  readonly #connection: GuestConnection;

  constructor(connection: GuestConnection) {
    this.#connection = connection;
  }

  /** One answer, in time, to all the questions of a call. */
  ask<I extends DescMessage, O extends DescMessage>(
    call: GuestCall<I, O>,
    questions: Iterable<MessageInitShape<I>>,
    timeoutMs: number,
  ): Promise<MessageShape<O>> {
    return this.inTime(this.feed(call, questions), timeoutMs);
  }

  /**
   * One answer to all the questions of a call, however long it takes to find them.
   *
   * @param inTime what the guest is given to take each, and to answer when it has them all
   */
  async feed<I extends DescMessage, O extends DescMessage>(
    call: GuestCall<I, O>,
    questions: Iterable<MessageInitShape<I>> | AsyncIterable<MessageInitShape<I>>,
    inTime: InTime = (promise) => promise,
  ): Promise<MessageShape<O>> {
    const answers = call.answers();
    const first = answers.next();
    // A guest that answers early reads no more: what is left is not sent, and room for it is not waited for.
    const early = new Early(first);
    const next = Symbol.asyncIterator in questions ? questions[Symbol.asyncIterator]() : questions[Symbol.iterator]();
    try {
      while (!early.came) {
        const question = await early.or(Promise.resolve(next.next()));
        if (early.came || question === undefined || question.done === true) break;
        await early.or(inTime(call.send(question.value)));
      }
    } catch (error) {
      call.reset();
      await first.catch(() => {});
      throw error;
    }
    call.end();
    const { value, done } = await inTime(first);
    if (done === true) throw this.violated('no answer to a question');
    const second = await answers.next();
    if (second.done !== true) throw this.violated('two answers to one question');
    return value;
  }

  /** Answers of which each comes in time; what the one who reads them takes does not count. */
  async *prompt<T>(
    answers: AsyncGenerator<T>,
    inTime: InTime = (answer) => this.inTime(answer, READ_ANSWER_TIMEOUT_MS),
  ): AsyncGenerator<T> {
    try {
      for (;;) {
        const { value, done } = await inTime(answers.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      await answers.return(undefined);
    }
  }

  /** Ends the link when something takes too long. */
  async inTime<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
    const late = setTimeout(() => this.#connection.fail(new LinkLost(`no answer in ${timeoutMs} ms`)), timeoutMs);
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  /** Answers whose reader finds what ours never says. */
  async *guarded<T>(answers: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      yield* answers;
    } catch (error) {
      if (error instanceof ProtocolViolation) this.#connection.fail(error);
      throw error;
    }
  }

  /** What an answer says, held to its bounds. */
  checked<A, R>(check: (answer: A) => R, answer: A): R {
    try {
      return check(answer);
    } catch (error) {
      if (error instanceof ProtocolViolation) this.#connection.fail(error);
      throw error;
    }
  }

  /** Ends the link for something that ours never does. */
  violated(what: string): ProtocolViolation {
    const violation = new ProtocolViolation(what);
    this.#connection.fail(violation);
    return violation;
  }
}

/** Something that may come while other things are waited for. Promise.race would keep each of those until it comes. */
class Early {
  came = false;
  #wake: () => void = () => {};

  constructor(promise: Promise<unknown>) {
    const come = () => {
      this.came = true;
      this.#wake();
    };
    promise.then(come, come);
  }

  /** What is waited for, or undefined when it comes first. */
  or<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }
}
