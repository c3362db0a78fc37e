import type { Calls } from './calls.ts';
import { execute } from './execute.ts';
import { ExecutionStream } from './execution.ts';
import { Isol8Service } from './gen/isol8/v1/service_pb.ts';
import type { CallOptions } from './options.ts';
import type { Result } from './result.ts';
import type { ExecuteRequest } from './types/request.ts';

/** Code for a context, alone or with what else an execution there takes. */
export type ContextRequest =
  | string
  | Omit<ExecuteRequest, 'sessionId' | 'context' | 'command' | 'codeUrl' | 'arguments'>;

/** An interpreter of a session whose variables live on. It is started when code first runs in it. */
export class Context {
  readonly sessionId: string;
  readonly name: string;
  readonly #calls: Calls;

  constructor(calls: Calls, sessionId: string, name: string) {
    this.#calls = calls;
    this.sessionId = sessionId;
    this.name = name;
  }

  /** Runs code to its end. Executions in one context run one after the other. */
  async execute(request: ContextRequest, options?: CallOptions): Promise<Result> {
    return await execute(this.#calls, this.#request(request), options);
  }

  /** Runs code as a stream of events; `sendSignal('SIGINT')` interrupts it. */
  executeStream(request: ContextRequest, options: CallOptions = {}): ExecutionStream {
    return new ExecutionStream(this.#calls, this.#request(request), options);
  }

  /** Ends the interpreter, with all that it started. What runs in it is cancelled. One that is gone is no error. */
  async reset(options?: CallOptions): Promise<void> {
    await this.#calls.unary(
      Isol8Service.method.resetContext,
      { sessionId: this.sessionId, context: this.name },
      options,
    );
  }

  #request(request: ContextRequest): ExecuteRequest {
    const rest = typeof request === 'string' ? { code: request } : request;
    return { ...rest, sessionId: this.sessionId, context: this.name };
  }
}
