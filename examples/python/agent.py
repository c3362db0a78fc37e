"""A model that may run code: it asks for execute_code, gets what came of it, and goes on.

PYTHONPATH=clients/python/src .venv/bin/python examples/python/agent.py "What is 3 * 4 * 5?"

Needs ISOL8_API_KEY of a server that runs, and OPENAI_API_KEY; OPENAI_BASE_URL and OPENAI_MODEL
where the model is not OpenAI's. `pip install openai` brings its client.
"""

import json
import os
import sys

from isol8 import Isol8
from isol8.session import Context
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

MOST_TURNS = 10

TOOLS: list[ChatCompletionToolParam] = [
    {
        "type": "function",
        "function": {
            "name": "execute_code",
            "description": (
                "Runs Python in a sandbox without a network. Variables and files stay from one "
                "call to the next. What is to be seen must be printed."
            ),
            "parameters": {
                "type": "object",
                "properties": {"code": {"type": "string"}},
                "required": ["code"],
            },
        },
    }
]


def execute_code(python: Context, arguments: str) -> str:
    """What the model is told about a piece of code: always the same few fields."""
    code = json.loads(arguments)["code"]
    result = python.execute(code=code, policy={"limits": {"timeout": 15}})
    return json.dumps(
        {
            "stdout": result.stdout,
            "stderr": result.stderr,
            "exit_code": result.exit_code,
            "outcome": result.outcome,
            "duration_ms": round(result.duration.total_seconds() * 1000),
            "truncated": result.truncated,
        }
    )


def ask(openai: OpenAI, python: Context, question: str) -> str:
    """Asks a question, and runs code until there is an answer."""
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Compute with execute_code rather than in your head."},
        {"role": "user", "content": question},
    ]
    model = os.environ.get("OPENAI_MODEL", "gpt-4o")
    for _ in range(MOST_TURNS):
        answer = openai.chat.completions.create(model=model, messages=messages, tools=TOOLS)
        message = answer.choices[0].message
        messages.append(message.model_dump(exclude_none=True))  # type: ignore[arg-type]
        calls = [call for call in message.tool_calls or [] if call.type == "function"]
        if not calls:
            return message.content or ""
        for call in calls:
            try:
                content = execute_code(python, call.function.arguments)
            except Exception as error:
                # What the model got wrong, it is told as well.
                content = f"{type(error).__name__}: {error}"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    raise RuntimeError(f"no answer after {MOST_TURNS} turns")


if not os.environ.get("OPENAI_API_KEY"):
    sys.exit("OPENAI_API_KEY is not set: the model is asked with it")
question = sys.argv[1] if len(sys.argv) > 1 else "What is the 50th Fibonacci number?"
with Isol8() as isol8, isol8.sessions.create(runtime="python") as session:
    print(ask(OpenAI(), session.context("agent"), question))
