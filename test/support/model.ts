import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A message of a conversation, as far as it is looked at. */
export interface Message {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_call_id?: string;
}

/** What the model says: code to execute, or its last word. */
export type Turn = { readonly code: string } | { readonly say: (tools: readonly string[]) => string };

/** A stand-in for a model behind OpenAI's chat completions: it says what it was told to, turn by turn. */
export interface Model extends AsyncDisposable {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string;
  /** The conversation that it was sent with each request. */
  readonly asked: readonly (readonly Message[])[];
}

/** Starts one on loopback. After its last turn, and where no tool is offered, it refuses. */
export async function startModel(turns: readonly Turn[]): Promise<Model> {
  const asked: Message[][] = [];
  const server = createServer(async (request, response) => {
    const answer = await answerTo(request);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  const answerTo = async (request: IncomingMessage) => {
    const body = (await json(request)) as { messages: Message[]; tools?: { function: { name: string } }[] };
    const turn = turns[asked.length];
    asked.push(body.messages);
    const offered = body.tools?.some((tool) => tool.function.name === 'execute_code') === true;
    if (request.url !== '/v1/chat/completions' || turn === undefined || ('code' in turn && !offered)) {
      return { status: 400, body: { error: { message: `not expected: ${request.url}` } } };
    }
    return { status: 200, body: completion(turn, body.messages, asked.length) };
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function completion(turn: Turn, messages: readonly Message[], count: number) {
  const message =
    'say' in turn
      ? { role: 'assistant', content: turn.say(toolsOf(messages)) }
      : {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: `call_${count}`,
              type: 'function',
              function: { name: 'execute_code', arguments: JSON.stringify({ code: turn.code }) },
            },
          ],
        };
  const finish = 'say' in turn ? 'stop' : 'tool_calls';
  return {
    id: `chatcmpl-${count}`,
    object: 'chat.completion',
    created: 0,
    model: 'stand-in',
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
  };
}

function toolsOf(messages: readonly Message[]): string[] {
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? '');
}
