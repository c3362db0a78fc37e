// A model that may run code: it asks for execute_code, gets what came of it, and goes on until it answers.
// node_modules/.bin/node examples/typescript/agent.ts "What is the 50th Fibonacci number?"
//
// Needs ISOL8_API_KEY of a server that runs, and OPENAI_API_KEY; OPENAI_BASE_URL and OPENAI_MODEL where the model is not
// OpenAI's.
import OpenAI from 'openai';
import { type Context, Isol8 } from '../../clients/typescript/src/index.ts';

const MOST_TURNS = 10;

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'execute_code',
      description:
        'Runs Python in a sandbox without a network. Variables and files stay from one call to the next. What is to be ' +
        'seen must be printed.',
      parameters: { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] },
    },
  },
];

/** What the model is told about a piece of code: always the same few fields. */
async function executeCode(python: Context, json: string): Promise<string> {
  const { code } = JSON.parse(json) as { code: string };
  const result = await python.execute({ code, policy: { limits: { timeoutMs: 15_000 } } });
  return JSON.stringify({
    stdout: result.stdout,
    stderr: result.stderr,
    exit_code: result.exitCode ?? null,
    outcome: result.outcome,
    duration_ms: Math.round(result.durationMs),
    truncated: result.truncated,
  });
}

/** Asks a question, and runs code until there is an answer. */
async function ask(openai: OpenAI, python: Context, question: string): Promise<string> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Answer questions; compute with execute_code rather than in your head.' },
    { role: 'user', content: question },
  ];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const model = process.env['OPENAI_MODEL'] ?? 'gpt-4o';
    const { choices } = await openai.chat.completions.create({ model, messages, tools });
    const message = choices[0]?.message;
    if (message === undefined) throw new Error('the model gave no answer');
    messages.push(message);
    const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
    if (calls.length === 0) return message.content ?? '';
    for (const call of calls) {
      // What the model got wrong, it is told as well.
      const content = await executeCode(python, call.function.arguments).catch((error: unknown) => String(error));
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
  throw new Error(`no answer after ${MOST_TURNS} turns`);
}

if (!process.env['OPENAI_API_KEY']) {
  console.error('OPENAI_API_KEY is not set: the model is asked with it');
  process.exit(1);
}
const question = process.argv[2] ?? 'What is the 50th Fibonacci number?';
await using isol8 = new Isol8();
await using session = await isol8.sessions.create({ runtime: 'python' });
console.log(await ask(new OpenAI(), session.context('agent'), question));
