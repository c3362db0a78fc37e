// Makes Bun wait for its program once it has booted. Bun wants a main file before it runs a preloaded module, so the
// guest has made an empty one, which is removed here. What Bun has taken from the environment by then stays: the guest
// gives this process only to a program with the very environment that it was booted with.

const { closeSync, openSync, readdirSync, readSync, statSync, unlinkSync, writeFileSync, writeSync } = require('node:fs');

const take = (size) => {
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size; ) {
    const count = readSync(0, bytes, at, size - at, null);
    if (count === 0) process.reallyExit(1);
    at += count;
  }
  return bytes;
};

const write = (path, content) => {
  try {
    try {
      unlinkSync(path);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    writeFileSync(path, content, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    writeSync(1, `-${Math.abs(error.errno)}`);
    process.reallyExit(1);
  }
};

// What Bun reads before it comes here: it would have to be booted again.
const settings = /^(package|tsconfig|jsconfig)\.json$|^bunfig\.toml$|^\.env/;

const isTooLate = (directory) => readdirSync(directory).some((name) => settings.test(name));

const become = (message) => {
  let at = 0;
  const field = () => {
    const end = message.indexOf(0, at);
    const text = message.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  const count = Number(field());
  // No variables ever come.
  field();
  const path = field();
  const driver = field();
  const given = Array.from({ length: count }, field);
  if (path !== '') write(path, message.subarray(at));
  process.argv.push(...given);
  return driver;
};

// What a worker forks has the options of this process, too: nobody would tell it what to run.
if (process.ppid === 1) {
  const main = process.argv[1];
  if (statSync(main).size === 0) unlinkSync(main);
  writeSync(1, 'w');
  const message = take(Number.parseInt(take(8).toString('latin1'), 16));
  if (isTooLate(main.slice(0, main.lastIndexOf('/')))) {
    writeSync(1, '0');
    process.reallyExit(0);
  }
  const driver = become(message);
  writeSync(1, '+');
  if (driver !== '') {
    closeSync(0);
    openSync('/dev/null', 'r');
    require(driver);
    // The driver lives as long as the process, and the main file is never come to.
    await new Promise(() => {});
  }
}

const option = process.execArgv.indexOf(__filename);
if (option > 0) process.execArgv.splice(option - 1, 2);

// Bun notes this module as loaded after it has run, and before it goes on to the main file.
const { cache } = require;
const forget = (again) => {
  delete cache[__filename];
  if (again > 0) queueMicrotask(() => forget(again - 1));
};
forget(4);
