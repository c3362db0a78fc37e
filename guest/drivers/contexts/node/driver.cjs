// Runs cells in Node.js: pieces of code that come one after the other and share one global scope. A worker beside them
// (interrupt.cjs) stops code that does not come to an end.
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const util = require('node:util');
const { Worker } = require('node:worker_threads');
const { ready, serve, stop } = require('./cells.cjs');
const { executor, recover } = require('./inspected.cjs');

const { O_RDONLY, O_WRONLY } = fs.constants;
const line = process.argv.at(-1);

// What a pipe does not take at once is written later. The code may have put anything in the place of a stream.
const written = (stream) => stream?.writableLength > 0 && new Promise((resolve) => stream.write('', () => resolve()));
const flush = () => Promise.all([written(process.stdout), written(process.stderr)]);

serve({
  toGuest: fs.openSync(path.join(line, 'said'), O_WRONLY),
  orders: new net.Socket({ fd: fs.openSync(path.join(line, 'orders'), O_RDONLY), readable: true, writable: false }),
  inspect: util.inspect,
  recover,
  execute: executor(() => '', ['strip']),
  flush,
});
const worker = new Worker(path.join(__dirname, 'interrupt.cjs'), {
  stdin: false,
  env: {},
  execArgv: [],
  workerData: fs.openSync(path.join(line, 'interrupts'), O_RDONLY),
});
worker.on('message', () => {
  worker.postMessage('heard');
  stop();
});
// An interrupt that comes before the worker is there waits for it.
ready();
