// Runs cells in Node.js: pieces of code that come one after the other and share one global scope.
//
// Code runs as in the interpreter's own prompt, through its inspector: what a cell declares lives on and may be declared
// again, and `await` is allowed. A worker beside it (interrupt.cjs) stops code that does not come to an end.
'use strict';

const fs = require('node:fs');
const inspector = require('node:inspector');
const module_ = require('node:module');
const net = require('node:net');
const path = require('node:path');
const { Readable } = require('node:stream');
const util = require('node:util');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const { describe, shown } = require('./errors.cjs');

const FROM_GUEST = 3;
const TO_GUEST = 4;
const PIECE = 64 * 1024;
const MOST_DISPLAYS = 1000;

const own = process.pid;
let cell;
let kept;

const write = (stream, bytes) => {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(stream, bytes, at);
};
const send = (kind, rest = Buffer.alloc(0)) =>
  write(TO_GUEST, Buffer.concat([Buffer.from(kind + rest.length.toString(16).padStart(8, '0')), rest]));
const texts = (...fields) => Buffer.from(fields.map((field) => `${String(field).replaceAll('\0', '\uFFFD')}\0`).join(''));

/** Tells of a display: bytes or text by MIME type. */
const tell = (forms, id, isResult) => {
  if (cell === undefined || process.pid !== own) return;
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

const isBundle = (value) =>
  Object.getPrototypeOf(Object(value)) === Object.prototype &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => /^[\w.+-]+\/[\w.+-]+$/.test(key));

const globals = {
  require: module_.createRequire(`${process.cwd()}/cell.js`),
  display: (value, { id = '' } = {}) => tell(isBundle(value) ? value : { 'text/plain': util.inspect(value) }, id, false),
};
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

// What the inspector evaluates has no import of its own.
const importer = new vm.Script('(name) => import(name)', {
  filename: path.join(process.cwd(), 'cell.js'),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext();
Object.defineProperty(globalThis, '_isol8_import', { value: importer });
Object.defineProperty(globalThis, '_isol8_keep', { value: (value) => (kept = value) });

const names = (list) => list.replace(/\s+as\s+/g, ': ');
/** Code whose imports are calls. It is found by its looks, at the beginning of a line. */
const withImports = (code) =>
  code
    .replace(
      /^import\s+(?:(?<plain>[\w$]+)\s*,?\s*)?(?:\*\s*as\s+(?<all>[\w$]+)\s*|(?<some>\{[^}]*\})\s*)?from\s*(?<from>'[^'\n]*'|"[^"\n]*")\s*;?/gm,
      (...found) => {
        const { plain, all, some, from } = found.at(-1);
        const module = `await _isol8_import(${from})`;
        if (all !== undefined) return `const ${all} = ${module}${plain ? `, ${plain} = ${all}.default` : ''};`;
        const wanted = (some ?? '{}').slice(1, -1);
        return `const {${plain ? `default: ${plain}, ` : ''}${names(wanted)}} = ${module};`;
      },
    )
    .replace(/^import\s*('[^'\n]*'|"[^"\n]*")\s*;?/gm, 'await _isol8_import($1);')
    .replace(/(?<![\w$.'"`])import(?=\s*\()/g, '_isol8_import');

const session = new inspector.Session();
session.connect();
const post = (method, parameters) =>
  new Promise((resolve) => session.post(method, parameters, (error, answer) => resolve(error ? { error } : answer)));

/** The value that an answer of the inspector stands for. */
const valueOf = async (remote) => {
  if (remote.objectId === undefined) {
    if (remote.type === 'bigint') return BigInt(remote.unserializableValue.slice(0, -1));
    return remote.unserializableValue === undefined ? remote.value : Number(remote.unserializableValue);
  }
  kept = undefined;
  await post('Runtime.callFunctionOn', {
    objectId: remote.objectId,
    functionDeclaration: 'function () { _isol8_keep(this); }',
  });
  return kept;
};

// An error of code that ran has a place in it.
const isUnreadable = ({ exceptionDetails }) =>
  exceptionDetails?.exception?.className === 'SyntaxError' && !exceptionDetails.exception.description.includes('isol8-cell-');

const evaluate = (code) =>
  post('Runtime.evaluate', {
    expression: `${code}\n//# sourceURL=isol8-cell-${cell.number}`,
    replMode: true,
    awaitPromise: true,
  });

const execute = async () => {
  const code = withImports(cell.code);
  let answer = await evaluate(code);
  if (isUnreadable(answer)) {
    try {
      answer = await evaluate(withImports(module_.stripTypeScriptTypes(cell.code)));
    } catch {
      // No TypeScript either.
    }
  }
  if (answer.error !== undefined) throw interrupted();
  const { result, exceptionDetails } = answer;
  if (exceptionDetails !== undefined) throw await valueOf(exceptionDetails.exception ?? result);
  if (result.type !== 'undefined') {
    const value = await valueOf(result);
    tell(isBundle(value) ? value : { 'text/plain': util.inspect(value) }, '', true);
  }
};

const interrupted = () => Object.assign(new Error('the code was interrupted'), { name: 'Interrupted', stack: 'Interrupted' });

const enter = () => {
  const before = Object.keys(cell.environment).map((name) => [name, process.env[name]]);
  Object.assign(process.env, cell.environment);
  const stdin = Readable.from(cell.stdin.length > 0 ? [cell.stdin] : [], { objectMode: false });
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  const left = process.cwd();
  if (cell.directory !== '') process.chdir(cell.directory);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (cell.directory !== '') process.chdir(left);
  };
};

const run = async (next) => {
  cell = next;
  let code = 0;
  const stopped = new Promise((_, reject) => (cell.stop = () => reject(interrupted())));
  stopped.catch(() => {});
  const leave = enter();
  try {
    send('s', texts(cell.token));
    await Promise.race([execute(), stopped]);
  } catch (error) {
    write(2, Buffer.from(`${shown(error)}\n`));
    send('e', texts(...describe(error, cell.sources)));
    code = 1;
  }
  leave();
  const { token, displays } = cell;
  cell = undefined;
  send('x', texts(token, code, Math.max(0, displays - MOST_DISPLAYS)));
};

const sources = new Map();
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
  return { token, number, directory, environment: Object.fromEntries(pairs), code, stdin, sources, displays: 0 };
};

process.argv.splice(1);
process.on('uncaughtException', (error) => write(2, Buffer.from(`${shown(error)}\n`)));
const worker = new Worker(path.join(__dirname, 'interrupt.cjs'), { stdin: false, env: {}, execArgv: [] });
worker.on('message', () => cell?.stop());
worker.on('online', () => send('r'));
const orders = new net.Socket({ fd: FROM_GUEST, readable: true, writable: false });
let pending = Buffer.alloc(0);
orders.on('data', (data) => {
  pending = Buffer.concat([pending, data]);
  const size = pending.length < 8 ? Infinity : Number.parseInt(pending.toString('latin1', 0, 8), 16);
  if (pending.length < 8 + size) return;
  const message = pending.subarray(8);
  pending = Buffer.alloc(0);
  void run(parse(message));
});
