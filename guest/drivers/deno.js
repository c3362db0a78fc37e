// Makes Deno wait for its program once it has booted. Preloaded modules run before the main module is looked for, and
// in no worker. Only Deno's own names are used: what is Node's is made when it is first touched, from the arguments of
// that moment.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const say = (text) => Deno.stdout.writeSync(encoder.encode(text));

const take = (size) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const count = Deno.stdin.readSync(bytes.subarray(at));
    if (count === null) Deno.exit(1);
    at += count;
  }
  return bytes;
};

const write = (path, content) => {
  try {
    try {
      // An empty directory would be removed as well.
      if (Deno.lstatSync(path).isDirectory) throw new Error('os error 21');
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    Deno.writeFileSync(path, content, { createNew: true, mode: 0o644 });
  } catch (error) {
    say(`-${/os error (\d+)/.exec(error.message)?.[1] ?? ''}`);
    Deno.exit(1);
  }
};

// What Deno reads before it comes here: it would have to be booted again.
const settings = /^(deno\.jsonc?|package\.json|deno\.lock|\.npmrc)$/;

const isTooLate = () => [...Deno.readDirSync(Deno.cwd())].some(({ name }) => settings.test(name));

const become = (message) => {
  let at = 0;
  const field = () => {
    const end = message.indexOf(0, at);
    const text = decoder.decode(message.subarray(at, end));
    at = end + 1;
    return text;
  };
  const counts = [Number(field()), Number(field())];
  const path = field();
  const driver = field();
  const [given, variables] = counts.map((count) => Array.from({ length: count }, field));
  if (path !== '') write(path, message.subarray(at));

  Deno.args.push(...given);
  for (const variable of variables) {
    const equals = variable.indexOf('=');
    if (equals < 0) Deno.env.delete(variable);
    else Deno.env.set(variable.slice(0, equals), variable.slice(equals + 1));
  }
  return driver;
};

say('w');
const message = take(Number.parseInt(decoder.decode(take(8)), 16));
if (isTooLate()) {
  say('0');
  Deno.exit(0);
}
const driver = become(message);
say('+');
if (driver !== '') {
  await import(`file://${driver}`);
  // The driver lives as long as the process, and the main file is never come to.
  await new Promise(() => {});
}
