// Stops code of the main thread that is told to stop. The guest writes a byte for it.
'use strict';

const fs = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

// Code that waits is told, and hears it. Code that runs does not.
const PATIENCE = 50;

const socket = new WebSocket(workerData);
let asked = 0;
const ask = (method) => socket.send(JSON.stringify({ id: ++asked, method }));

/** Closes what is open anew, which children of the code would have, and says that cells can come. */
const sayReady = () => {
  const toGuest = fs.openSync('/dev/fd/4', fs.constants.O_WRONLY);
  const libc = Deno.dlopen('libc.so.6', { close: { parameters: ['i32'], result: 'i32' } });
  for (const fd of [3, 4, 5]) libc.symbols.close(fd);
  libc.close();
  fs.writeSync(toGuest, 'r00000000');
  fs.closeSync(toGuest);
};

let timer;
parentPort.on('message', () => clearTimeout(timer));
socket.onopen = () => ask('Runtime.getIsolateId');
socket.onmessage = () => {
  socket.onmessage = null;
  fs.createReadStream('/dev/fd/5')
    .on('open', sayReady)
    .on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(() => ask('Runtime.terminateExecution'), PATIENCE);
      parentPort.postMessage('stop');
    });
};
