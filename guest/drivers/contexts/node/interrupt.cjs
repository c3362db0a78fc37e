// Stops code of the main thread that is told to stop: a signal would wait for the end of that code. The guest writes a
// byte for it.
'use strict';

const inspector = require('node:inspector');
const net = require('node:net');
const { parentPort } = require('node:worker_threads');

const INTERRUPTS = 5;

const session = new inspector.Session();
session.connectToMainThread();
// A read that blocks would keep the process from ending.
new net.Socket({ fd: INTERRUPTS, readable: true, writable: false }).on('data', () => {
  session.post('Runtime.terminateExecution', () => {});
  // Code that waits does not run, and is told so.
  parentPort.postMessage('stop');
});
