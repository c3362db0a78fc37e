// Stops code of the main thread that is told to stop. The guest writes a byte for it.
'use strict';

const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

// Code that waits is told, and hears it. Code that runs does not.
const PATIENCE = 50;

const socket = new WebSocket(workerData.inspector);
let asked = 0;
const ask = (method) => socket.send(JSON.stringify({ id: ++asked, method }));

let timer;
parentPort.on('message', () => clearTimeout(timer));
socket.onopen = () => ask('Runtime.getIsolateId');
socket.onmessage = () => {
  socket.onmessage = null;
  fs.createReadStream(workerData.interrupts)
    .on('open', () => parentPort.postMessage('ready'))
    .on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(() => ask('Runtime.terminateExecution'), PATIENCE);
      parentPort.postMessage('stop');
    });
};
