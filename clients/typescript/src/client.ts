import { Calls } from './calls.ts';
import { openChannel } from './channel.ts';
import { toMessage } from './convert/message.ts';
import { toPlain } from './convert/plain.ts';
import { fromEnvironment } from './environment.ts';
import { execute } from './execute.ts';
import { ExecutionStream } from './execution.ts';
import {
  GetServerInfoResponseSchema,
  Isol8Service,
  ResolvePolicyRequestSchema,
  ResolvePolicyResponseSchema,
} from './gen/isol8/v1/service_pb.ts';
import { type InputPlace, sendInput } from './input.ts';
import { type CallOptions, type ClientOptions, split } from './options.ts';
import type { Result } from './result.ts';
import { Sessions } from './sessions.ts';
import { signalNumber } from './signals.ts';
import type { PolicyAnswer, PolicyQuestion } from './types/policy.ts';
import type { Content, ExecuteRequest } from './types/request.ts';
import type { ServerInfo } from './types/server.ts';

/**
 * A client of an isol8 server. Making one sends nothing; it may be used from many places at once. `close`, `using` or
 * `await using` end it.
 *
 * Calls that fail throw an Isol8Error: what could not be started. How a program went is a Result, never an error. Nothing is
 * sent twice by itself.
 */
export class Isol8 implements Disposable, AsyncDisposable {
  /** Where its server is. */
  readonly address: string;
  /** Sandboxes that stay. */
  readonly sessions: Sessions;
  readonly #calls: Calls;

  /** @throws InvalidRequestError where an option is wrong */
  constructor(options: ClientOptions = {}) {
    const { address, apiKey, tls, deadlineMs } = fromEnvironment(options);
    this.address = address;
    this.#calls = new Calls(openChannel(address, tls), address, apiKey, deadlineMs);
    this.sessions = new Sessions(this.#calls);
  }

  /** Runs a program to its end, and answers with everything. */
  async execute(request: ExecuteRequest, options?: CallOptions): Promise<Result> {
    return await execute(this.#calls, request, options);
  }

  /** Runs a program as a stream of events, which begins at once. */
  executeStream(request: ExecuteRequest, options: CallOptions = {}): ExecutionStream {
    return new ExecutionStream(this.#calls, request, options);
  }

  /** Cancels an execution; resolves when nothing of it runs any more. One that has ended is left alone. */
  async cancelExecution(executionId: string, options?: CallOptions): Promise<void> {
    const execution = { case: 'executionId', value: executionId } as const;
    await this.#calls.unary(Isol8Service.method.cancelExecution, { execution }, options);
  }

  /**
   * Sends standard input to an execution that was asked for with `stdinMode: 'INTERACTIVE'`. Resolves when it was taken, to
   * the offset after it. What lies before the offset that was reached is not taken again.
   */
  async sendInput(executionId: string, data: Content, options: InputPlace & CallOptions = {}): Promise<number> {
    const [call, place] = split(options);
    return await sendInput(this.#calls, executionId, data, place, call);
  }

  /** Sends a signal (`SIGINT`, or a number) to the main process of an execution. One that has ended is left alone. */
  async sendSignal(executionId: string, signal: number | string, options?: CallOptions): Promise<void> {
    const request = { executionId, signal: signalNumber(signal) };
    await this.#calls.unary(Isol8Service.method.sendSignal, request, options);
  }

  /** What the server is and can do. */
  async serverInfo(options?: CallOptions): Promise<ServerInfo> {
    return toPlain(
      GetServerInfoResponseSchema,
      await this.#calls.unary(Isol8Service.method.getServerInfo, {}, options),
    );
  }

  /** A dry run: the policy that a request would get, or all that is wrong with it. */
  async resolvePolicy(question: PolicyQuestion, options?: CallOptions): Promise<PolicyAnswer> {
    const request = toMessage(ResolvePolicyRequestSchema, question);
    return toPlain(
      ResolvePolicyResponseSchema,
      await this.#calls.unary(Isol8Service.method.resolvePolicy, request, options),
    );
  }

  /** Ends the connection. What still runs is cancelled. Closing twice is no error. */
  close(): void {
    this.#calls.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
