// Makes Node.js wait for its program once it has booted. Preloaded modules run before the main file is looked for: in
// the main thread and, since workers inherit the options of their parent, again in each worker.
'use strict';

{
  const fs = require('fs');

  const take = (size) => {
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) {
      const count = fs.readSync(0, bytes, at, size - at, null);
      if (count === 0) process.reallyExit(1);
      at += count;
    }
    return bytes;
  };

  const write = (path, content) => {
    try {
      try {
        fs.unlinkSync(path);
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
      fs.writeFileSync(path, content, { flag: 'wx', mode: 0o644 });
    } catch (error) {
      fs.writeSync(1, `-${-error.errno}`);
      process.reallyExit(1);
    }
  };

  const become = (message) => {
    let at = 0;
    const field = () => {
      const end = message.indexOf(0, at);
      const text = message.toString('utf8', at, end);
      at = end + 1;
      return text;
    };
    const counts = [Number(field()), Number(field())];
    const path = field();
    const driver = field();
    const [given, variables] = counts.map((count) => Array.from({ length: count }, field));
    if (path !== '') write(path, message.subarray(at));
    if (driver !== '') {
      fs.closeSync(0);
      fs.openSync('/dev/null', 'r');
      const { constructor: Module } = module;
      const find = Module._findPath;
      Module._findPath = (request, paths, isMain) => (isMain ? driver : find(request, paths, isMain));
    }

    process.argv.push(...given);
    for (const variable of variables) {
      const equals = variable.indexOf('=');
      if (equals < 0) delete process.env[variable];
      else process.env[variable.slice(0, equals)] = variable.slice(equals + 1);
    }
  };

  // The functions that only the main thread has are marked in the others.
  if (!process.chdir.disabled) {
    // Node.js looks for a package.json in the working directory before it preloads anything and remembers that there
    // was none, so it is booted elsewhere.
    process.chdir(process.argv[1].slice(0, process.argv[1].lastIndexOf('/')));
    fs.writeSync(1, 'w');
    become(take(Number.parseInt(take(8).toString('latin1'), 16)));
    fs.writeSync(1, '+');
  }

  const option = process.execArgv.indexOf(__filename);
  if (option > 0) process.execArgv.splice(option - 1, 2);
  delete require.cache[__filename];
  module.parent.children.length = 0;
  delete module.constructor._pathCache[`${__filename}\0`];
}
