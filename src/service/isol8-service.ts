import type { ServiceImplementation } from 'nice-grpc';
import type { ExecuteRequest } from '../../gen/isol8/v1/execution_pb.ts';
import { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import { refusal } from '../engine/errors.ts';
import type { Engine, ExecutionEvent } from '../engine/types.ts';
import { version } from '../lib/version.ts';
import { fromCancelRequest } from './convert/cancel.ts';
import { toExecutionEvent } from './convert/event.ts';
import { fromSendInputRequest, fromSendSignalRequest } from './convert/input.ts';
import { fromPolicyQuestion, toPolicyAnswer } from './convert/policy-question.ts';
import { fromExecuteRequest } from './convert/request.ts';
import { toServerInfo } from './convert/server-info.ts';
import { foldEvents } from './convert/unary.ts';
import { type Definition, definitionOf } from './definition.ts';
import { fileHandlers } from './file-handlers.ts';
import { type Caller, EXECUTION_ID_HEADER, type Noted, type ServiceContext } from './interceptors/context.ts';
import { sessionHandlers } from './session-handlers.ts';
import { unimplemented } from './unimplemented.ts';

/** An answer that comes sooner brings its header with it: one packet, and one client woken, for two. */
const HEADER_DELAY_MS = 5;

/** `isol8.v1.Isol8Service`. */
export const isol8Definition = definitionOf(Isol8Service);

/** The handlers: convert, call the engine, convert. */
export function createIsol8Service(
  engine: Engine,
): ServiceImplementation<Definition<typeof Isol8Service>, Caller & Noted> {
  /** The id goes out before the answer, so that a caller of the unary Execute too has something to cancel by. */
  const begin = (request: ExecuteRequest, context: ServiceContext): AsyncIterable<ExecutionEvent> => {
    const converted = fromExecuteRequest(request, context);
    const execution = engine.start(converted.request, context.signal, converted.violations);
    context.header.set(EXECUTION_ID_HEADER, execution.id);
    setTimeout(() => context.sendHeader(), HEADER_DELAY_MS);
    return noteOutcome(execution.events(), context);
  };

  return {
    ...unimplemented(Isol8Service),
    ...sessionHandlers(engine),
    ...fileHandlers(engine),

    async execute(request, context) {
      return await foldEvents(begin(request, context));
    },

    async *executeStream({ execute }, context) {
      if (execute === undefined) throw refusal([{ field: 'execute', description: 'is required' }]);
      for await (const event of begin(execute, context)) yield { event: toExecutionEvent(event) };
    },

    async cancelExecution(request, context) {
      await engine.cancel(context.tenant, fromCancelRequest(request));
      return {};
    },

    async sendInput(request, { tenant }) {
      const { executionId, offset, data, end } = fromSendInputRequest(request);
      return { offset: BigInt(await engine.sendInput(tenant, executionId, offset, data, end)) };
    },

    async sendSignal(request, { tenant }) {
      const { executionId, signal } = fromSendSignalRequest(request);
      await engine.sendSignal(tenant, executionId, signal);
      return {};
    },

    async resolvePolicy(request, { grant }) {
      const { question, violations } = fromPolicyQuestion(request, grant);
      return toPolicyAnswer(engine.resolve(question, violations));
    },

    async getServerInfo(_, { tenant, grant }) {
      return toServerInfo(await engine.info(tenant, grant), version);
    },
  };
}

async function* noteOutcome(events: AsyncIterable<ExecutionEvent>, { notes }: Noted): AsyncGenerator<ExecutionEvent> {
  for await (const event of events) {
    if (event.kind === 'finished') notes.outcome = event.result.outcome;
    yield event;
  }
}
