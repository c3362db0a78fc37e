// Runs cells in Bun: pieces of code that come one after the other and share one global scope. Bun's own transpiler makes
// of each a script that keeps what it declares. An interrupt is a signal.
'use strict';

const { drainMicrotasks } = require('bun:jsc');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { currentDirectory, interrupted, ready, serve, stop } = require('./cells.cjs');
const { trimmed } = require('./errors.cjs');
const { placesOf } = require('./lines.cjs');

const { inspect } = Bun;
const { defineProperty } = Object;
const { sleep, sleepSync } = Bun;
const SETTLES = 20;
const transpiler = new Bun.Transpiler({ loader: 'ts', replMode: true });

// For each cell, where places of its script are in its code.
const places = new Map();

const transpile = (code) => {
  try {
    return transpiler.transformSync(code);
  } catch (error) {
    const [first] = error.errors ?? [error];
    const where = first.position ? ` (line ${first.position.line})` : '';
    throw Object.assign(new SyntaxError(`${first.message}${where}`), { stack: '' });
  }
};

// The transpiler takes a declaration at the end for a value, which it is not.
const hasValue = (script) => {
  const name = /\n {4}value: ([\w$]+) = [^]*$/.exec(script)?.[1];
  return name === undefined || !new RegExp(`^var (?:.*, )?${name.replaceAll('$', '\\$')}[,;]`, 'm').test(script);
};

// Bun can be interrupted only while such a script runs. What waits for nothing but other code is run in one, too.
defineProperty(globalThis, '_isol8_drain', { value: drainMicrotasks });
defineProperty(globalThis, '_isol8_settle', { value: () => sleepSync(SETTLES) });
const drain = new vm.Script('_isol8_drain()');
const settle = new vm.Script('_isol8_settle()');
const interruptible = (script) => {
  try {
    return script.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    if (error?.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    // What it had begun would go on where nothing stops it. The guest interrupts again.
    if (script !== drain) finish(drain);
    throw interrupted();
  }
};
const finish = (script) => {
  try {
    interruptible(script);
  } catch {
    // The cell has been interrupted already.
  }
};

/** Returns when no interrupt of this cell can hit the next one: one signal may have been taken in two ways. */
const recover = async () => {
  await sleep(SETTLES);
  finish(settle);
};

const execute = async ({ code, number }) => {
  const text = transpile(code);
  places.set(number, placesOf(code, text));
  const script = new vm.Script(text, {
    filename: path.join(currentDirectory() ?? '/', `isol8-cell-${number}`),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const answer = Promise.resolve(interruptible(script));
  answer.catch(() => {});
  interruptible(drain);
  const result = await answer;
  return hasValue(text) ? result?.value : undefined;
};

/** The places of an error, as they are in the code. */
const stackOf = ({ stack }) =>
  String(stack)
    .split('\n')
    // One without a name is the call of what the transpiler has put around the code.
    .filter((line) => /^\s+at /.test(line) && !/^\s+at \S*isol8-cell-/.test(line))
    .map((line) =>
      line.replace(/(isol8-cell-(\d+)):(\d+):(\d+)/, (all, cell, number, ...at) =>
        places.has(number) ? [cell, ...places.get(number)(Number(at[0]), Number(at[1]))].join(':') : all,
      ),
    )
    .map((line) => line.replace(/^\s+at (?:async )?<anonymous> \((.*)\)$/, '    at $1'))
    .join('\n');

const inspectError = (error) => {
  if (!(error instanceof Error)) return inspect(error);
  const lines = trimmed(stackOf(error));
  return `${error.name}${error.message === '' ? '' : `: ${error.message}`}${lines === '' ? '' : `\n${lines}`}`;
};

// Bun.stdin itself cannot be another.
const giveInput = (bytes) => {
  const blob = new Blob([bytes]);
  for (const name of ['arrayBuffer', 'bytes', 'json', 'stream', 'text']) {
    defineProperty(Bun.stdin, name, { value: () => blob[name](), configurable: true, writable: true });
  }
};

// What a pipe does not take at once is written later. A stream does not count what its sink has, which is behind a symbol.
const written = async (stream) => {
  const sink = Object.getOwnPropertySymbols(stream ?? {}).find(({ description }) => description === 'kWriteStreamFastPath');
  await stream?.[sink]?.flush();
  if (stream?.writableLength > 0) await new Promise((resolve) => stream.write('', () => resolve()));
};

const line = process.argv.at(-1);
serve({
  toGuest: fs.openSync(path.join(line, 'said'), fs.constants.O_WRONLY),
  orders: fs.createReadStream(path.join(line, 'orders')).on('open', ready),
  inspect: (value) => inspect(value),
  inspectError,
  stackOf,
  execute,
  recover,
  giveInput,
  flush: () => Promise.all([written(process.stdout), written(process.stderr)]),
});
process.on('unhandledRejection', (reason) => process.emit('uncaughtException', reason));
process.on('SIGINT', stop);
