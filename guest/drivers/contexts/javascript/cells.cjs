// What the drivers of Node.js, Bun and Deno share: it takes cells from the guest, has them run, and tells of what they do.
'use strict';

const fs = require('node:fs');
const module_ = require('node:module');
const { Readable } = require('node:stream');
const { describe, shown } = require('./errors.cjs');

const PIECE = 64 * 1024;
const MOST_DISPLAYS = 1000;
const UNREADABLE = 'Uncaught error that cannot be shown';

const own = process.pid;
const sources = new Map();
let runtime;
let cell;

const write = (stream, bytes) => {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(stream, bytes, at);
};
const send = (kind, rest = Buffer.alloc(0)) =>
  write(runtime.toGuest, Buffer.concat([Buffer.from(kind + rest.length.toString(16).padStart(8, '0')), rest]));
const texts = (...fields) => Buffer.from(fields.map((field) => `${String(field).replaceAll('\0', '\uFFFD')}\0`).join(''));

const isBundle = (value) =>
  value !== null &&
  Object.getPrototypeOf(Object(value)) === Object.prototype &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => /^[\w.+-]+\/[\w.+-]+$/.test(key));

/** Tells of a display: the forms that a value names by their MIME types, or its text. */
const show = (value, id, isResult) => {
  if (cell === undefined || process.pid !== own) return;
  const forms = isBundle(value) ? value : { 'text/plain': runtime.inspect(value) };
  cell.displays += 1;
  if (cell.displays > MOST_DISPLAYS) return;
  const ready = Object.entries(forms).map(([type, data]) => [
    type,
    Buffer.from(typeof data === 'string' || data instanceof Uint8Array ? data : JSON.stringify(data)),
  ]);
  send('d', texts(isResult ? 1 : 0, id, ...ready.flatMap(([type, data]) => [type, data.length])));
  for (const [, data] of ready) {
    for (let at = 0; at < data.length; at += PIECE) send('p', data.subarray(at, at + PIECE));
  }
};

const interrupts = new WeakSet();
const interrupted = () => {
  const error = Object.assign(new Error('the code was interrupted'), { name: 'Interrupted', stack: 'Interrupted' });
  interrupts.add(error);
  return error;
};

/** Makes what holds for the cell alone, and returns what ends that. */
const enter = () => {
  const before = Object.keys(cell.environment).map((name) => [name, process.env[name]]);
  Object.assign(process.env, cell.environment);
  const stdin = Readable.from(cell.stdin.length > 0 ? [cell.stdin] : [], { objectMode: false });
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  runtime.giveInput?.(cell.stdin);
  const left = cell.directory === '' ? undefined : currentDirectory();
  if (cell.directory !== '') process.chdir(cell.directory);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (left !== undefined) goBack(left);
  };
};

// The code may have removed the directory that it is in.
const currentDirectory = () => {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
};
const goBack = (directory) => {
  try {
    process.chdir(directory);
  } catch {
    // Where the cell went instead is as good.
  }
};

// What the code throws may throw when it is looked at, and standard error is the code's to close.
const print = (error) => {
  let text = UNREADABLE;
  try {
    text = shown(error, runtime);
  } catch {}
  try {
    write(2, Buffer.from(`${text}\n`));
  } catch {}
};
const described = (error) => {
  try {
    return describe(error, sources, runtime);
  } catch {
    return ['Error', UNREADABLE];
  }
};

const run = async (next) => {
  cell = next;
  let code = 0;
  const stopped = new Promise((_, reject) => (cell.stop = () => reject(interrupted())));
  stopped.catch(() => {});
  let leave = () => {};
  try {
    send('s', texts(cell.token));
    leave = enter();
    const value = await Promise.race([runtime.execute(cell), stopped]);
    if (value !== undefined) show(value, '', true);
  } catch (error) {
    if (interrupts.has(error)) await runtime.recover?.();
    print(error);
    send('e', texts(...described(error)));
    code = 1;
  }
  try {
    await runtime.flush?.();
  } catch {
    // The code has closed what it wrote to.
  }
  leave();
  const { token, displays } = cell;
  cell = undefined;
  send('x', texts(token, code, Math.max(0, displays - MOST_DISPLAYS)));
};

const parse = (message) => {
  let at = 0;
  const field = () => {
    const end = message.indexOf(0, at);
    const text = message.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  const [token, number, directory, count, size] = Array.from({ length: 5 }, field);
  field();
  const pairs = Array.from({ length: Number(count) }, field).map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]);
  const code = message.toString('utf8', at, at + Number(size));
  sources.set(number, code.split('\n'));
  const stdin = message.subarray(at + Number(size));
  return { token, number, directory, environment: Object.fromEntries(pairs), code, stdin, displays: 0 };
};

/**
 * Takes cells as they come. A runtime has `execute`, which runs one and returns what its value is; `inspect`, which makes
 * text of a value; `orders`, a stream of what the guest says; and `toGuest`, a descriptor for what it is told. `recover` repairs what an
 * interrupt may have left behind, and `flush` returns when all is written that the cell wrote.
 */
const serve = (given) => {
  runtime = given;
  const globals = {
    require: module_.createRequire(`${process.cwd()}/cell.js`),
    display: (value, { id = '' } = {}) => show(value, id, false),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  process.argv.splice(1);
  process.on('uncaughtException', print);
  let pending = Buffer.alloc(0);
  runtime.orders.on('data', (data) => {
    pending = Buffer.concat([pending, data]);
    const size = pending.length < 8 ? Infinity : Number.parseInt(pending.toString('latin1', 0, 8), 16);
    if (pending.length < 8 + size) return;
    const message = pending.subarray(8);
    pending = Buffer.alloc(0);
    void run(parse(message));
  });
};

/** Says that cells can come. */
const ready = () => send('r');
/** Ends the cell that runs, if it waits. */
const stop = () => cell?.stop();

module.exports = { currentDirectory, interrupted, ready, serve, stop };
