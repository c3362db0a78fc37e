// Stops code of the main thread that is told to stop: a signal would wait for the end of that code. The guest writes a
// byte for it.
'use strict';

const inspector = require('node:inspector');
const net = require('node:net');
const { parentPort, workerData } = require('node:worker_threads');

// Code that waits is told, and hears it; to stop what runs then would stop what hears it. Code that runs does not hear.
const PATIENCE = 50;

const session = new inspector.Session();
session.connectToMainThread();
let timer;
parentPort.on('message', () => clearTimeout(timer));
// A read that blocks would keep the process from ending.
new net.Socket({ fd: workerData, readable: true, writable: false }).on('data', () => {
  clearTimeout(timer);
  timer = setTimeout(() => session.post('Runtime.terminateExecution', () => {}), PATIENCE);
  parentPort.postMessage('stop');
});
