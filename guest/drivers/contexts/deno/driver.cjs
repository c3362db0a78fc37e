// Runs cells in Deno: pieces of code that come one after the other and share one global scope. A worker beside them
// (interrupt.cjs) stops code that does not come to an end. It does so through the inspector's socket, because Deno lets
// no worker to the inspector itself.
'use strict';

const fs = require('node:fs');
const inspector = require('node:inspector');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { ready, serve, stop } = require('./cells.cjs');
const { executor, recover } = require('./inspected.cjs');

const F_SETFD = 2;
const { inspect, lstat } = Deno;
const { defineProperty } = Object;

// While the inspector itself runs code it hears nothing: the code waits until the inspector is back.
const BEFORE = 'await _isol8_turn; ';
let turn;
const waitForTurn = () => {
  turn = lstat('/').then(() => {});
  return BEFORE;
};
defineProperty(globalThis, '_isol8_turn', { get: () => turn });

const input = (bytes) => {
  let left = bytes;
  const readSync = (buffer) => {
    const count = Math.min(left.length, buffer.length);
    buffer.set(left.subarray(0, count));
    left = left.subarray(count);
    return count === 0 && buffer.length > 0 ? null : count;
  };
  return {
    readSync,
    read: async (buffer) => readSync(buffer),
    readable: new Blob([bytes]).stream(),
    isTerminal: () => false,
    setRaw: () => {},
    close: () => {},
  };
};

const line = process.argv.at(-1);
const toGuest = fs.openSync(path.join(line, 'said'), fs.constants.O_WRONLY);
const orders = fs.createReadStream(path.join(line, 'orders'));
orders.on('open', () => {
  inspector.open(0, '127.0.0.1');
  const workerData = { inspector: inspector.url(), interrupts: path.join(line, 'interrupts') };
  const worker = new Worker(path.join(__dirname, 'interrupt.cjs'), { workerData });
  worker.on('message', (message) => {
    if (message === 'ready') {
      ready();
      return;
    }
    worker.postMessage('heard');
    stop();
  });
});

const libc = Deno.dlopen('libc.so.6', {
  _exit: { parameters: ['i32'], result: 'void' },
  close: { parameters: ['i32'], result: 'i32' },
  fcntl: { parameters: ['i32', 'i32', 'i32'], result: 'i32' },
});
// Where Deno had booted before, its standard input is what told it to run this. What it opens next is number 0, for its
// children, too.
libc.symbols.close(0);
Deno.openSync('/dev/null');
libc.symbols.fcntl(0, F_SETFD, 0);
// Deno 2.9 panics when it exits while code runs that a cell has started.
process.reallyExit = (code) => libc.symbols._exit(Number(code ?? 0));
Deno.exit = (code) => process.exit(code ?? Deno.exitCode);

// Deno would end by a promise that nobody catches.
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  process.emit('uncaughtException', event.reason);
});

// Deno's own stacks do not say which cell a place is in.
const header = (error) => {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
};
const named = (place) =>
  `    at ${place}`.replace(/(isol8-cell-\d+:1:)(\d+)/, (_, line, column) => line + (column - BEFORE.length));
const prepareStackTrace = (error, places) => [header(error), ...places.map(named)].join('\n');
defineProperty(Error, 'prepareStackTrace', { value: prepareStackTrace, writable: true, configurable: true });

serve({
  toGuest,
  orders,
  inspect: (value) => inspect(value),
  recover,
  execute: executor(waitForTurn, ['strip', 'transform']),
  giveInput: (bytes) => defineProperty(Deno, 'stdin', { value: input(bytes), configurable: true, writable: true }),
});
