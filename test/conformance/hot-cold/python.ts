import type { SameProgram } from './program.ts';

const bytes = Buffer.from([0, 1, 0xff, 0xfe, 10, 13, 0x80]);

/** Programs for CPython. */
export const PYTHON: readonly SameProgram[] = [
  {
    name: 'names and places',
    code: 'import sys\nimport os\nprint(__name__, __file__, sys.argv, sys.path, sys.orig_argv, sys.executable, os.getcwd(), sys.flags, sys.prefix, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode)',
    more: { arguments: ['a b', '', '-c', 'ü'] },
    shows: "__main__ /sandbox/main.py ['/sandbox/main.py', 'a b', '', '-c', 'ü']",
  },
  {
    name: 'modules, and what __main__ holds',
    code: 'import sys\nmodules = sorted(sys.modules)\nprint(modules, sorted(globals()), __spec__, type(__loader__), __loader__.path, __doc__, __package__, __builtins__)\nprint(sorted(sys.path_importer_cache), [type(one) for one in sys.meta_path])',
    shows: "'__main__'",
  },
  {
    name: 'environment',
    code: 'import os, subprocess, sys\nprint(sorted(os.environ.items()))\nprint(subprocess.run(["env", "-0"], capture_output=True).stdout.split(b"\\0")[:-1].sort())\nprint(sorted(subprocess.run(["env", "-0"], capture_output=True).stdout.split(b"\\0")))',
    more: { env: { GIVEN: 'a=b\nc', EMPTY: '', Ünï: 'ö' } },
    shows: "('GIVEN', 'a=b\\nc')",
  },
  {
    name: 'descriptors, limits, signals and the like',
    code: 'import os, resource, signal\nprint(sorted(os.listdir("/proc/self/fd")))\nprint([(name, resource.getrlimit(getattr(resource, name))) for name in sorted(dir(resource)) if name.startswith("RLIMIT_")])\nprint([(s, signal.getsignal(s)) for s in sorted(signal.valid_signals())])\nprint(os.umask(0), os.nice(0), os.getuid() == os.geteuid(), os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid(), sorted(os.sched_getaffinity(0)), os.isatty(0), os.cpu_count())\nprint([l for l in open("/proc/self/status") if l[:3] in ("Sig", "Cap", "NoN", "Sec", "Shd")][1:], open("/proc/self/oom_score_adj").read())',
    more: { policy: { limits: { openFiles: 100, processes: 30 } } },
    shows: "('RLIMIT_NOFILE', (100, 100))",
  },
  {
    name: 'encodings and buffering',
    code: 'import sys, locale\nfor s in (sys.stdin, sys.stdout, sys.stderr): print(s.encoding, s.errors, s.line_buffering, s.write_through, s.mode, s.name, s.buffer)\nprint(locale.getlocale(), locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.getdefaultencoding())',
    shows: 'utf-8',
  },
  {
    name: 'a traceback with source lines',
    code: 'import sys\ndef inner(x):\n    return 1 / x\n\ndef outer():\n    try:\n        inner(0)\n    except ZeroDivisionError as e:\n        raise ValueError("ü") from e\nprint("begin")\nouter()',
    shows: 'begin',
  },
  { name: 'a syntax error', code: 'print("never")\ndef broken(:\n  pass', shows: '' },
  { name: 'an error of indentation', code: 'if True:\nprint(1)', shows: '' },
  { name: 'a NUL in the source', code: 'print(1)\0', shows: '' },
  { name: 'another encoding', code: '# -*- coding: latin-1 -*-\nprint("é" == "\\u00c3\\u00a9")', shows: 'True' },
  { name: 'no code at all', code: '', shows: '' },
  {
    name: 'windows line ends and a mark of the byte order',
    code: '\ufeffprint(1)\r\nif 1:\r\n\tprint(2)\r\n',
    shows: '1\n2\n',
  },
  { name: 'sys.exit with a text', code: 'import sys\nprint("x")\nsys.exit("farewell")', shows: 'x' },
  { name: 'sys.exit with 300', code: 'import sys\nsys.exit(300)', shows: '' },
  { name: 'sys.exit with -1', code: 'import sys\nsys.exit(-1)', shows: '' },
  { name: 'sys.exit with nothing', code: 'import sys\nprint("x")\nsys.exit()', shows: 'x' },
  { name: 'sys.exit with a list', code: 'import sys\nsys.exit([1, 2])', shows: '' },
  { name: 'exit() of site', code: 'print("x")\nexit(7)', shows: 'x' },
  { name: 'os._exit', code: 'import os\nprint("kept, as nothing is buffered", end="")\nos._exit(9)', shows: 'kept' },
  {
    name: 'raise SystemExit in a thread',
    code: 'import threading\nt = threading.Thread(target=lambda: exit(3)); t.start(); t.join(); print("on")',
    shows: 'on',
  },
  {
    name: 'atexit, in its order, after threads',
    code: 'import atexit, threading, time\natexit.register(print, "first")\natexit.register(print, "second")\nthreading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()\nprint("main")',
    shows: 'main\nthread\nsecond\nfirst\n',
  },
  { name: 'an error in atexit', code: 'import atexit\natexit.register(exec, "1 / 0")\nprint("x")', shows: 'x' },
  {
    name: 'an error in a thread',
    code: 'import threading\nt = threading.Thread(target=lambda: 1 / 0, name="worker"); t.start(); t.join(); print("x")',
    shows: 'x',
  },
  {
    name: 'sys.excepthook',
    code: 'import sys\nsys.excepthook = lambda *a: print("hook", a[0].__name__, a[2].tb_lineno)\n1 / 0',
    shows: 'hook ZeroDivisionError 3',
  },
  {
    name: 'no standard input',
    code: 'import sys\nprint(repr(sys.stdin.read()), sys.stdin.isatty())',
    shows: "'' False",
  },
  {
    name: 'standard input, text',
    code: 'print(input("? "), input())\nimport sys\nprint(list(sys.stdin))',
    more: { stdin: Buffer.from('one\ntwo\nthree\nfoür') },
    shows: '? one two',
  },
  {
    name: 'standard input, bytes',
    code: 'import sys\nprint(sys.stdin.buffer.read())',
    more: { stdin: bytes },
    shows: 'xff',
  },
  {
    name: 'standard input, much',
    code: 'import sys\nprint(len(sys.stdin.buffer.read()))',
    more: { stdin: Buffer.alloc(3_000_000) },
    shows: '3000000',
  },
  { name: 'standard input at its end', code: 'input()', shows: '' },
  {
    name: 'standard input, undecodable',
    code: 'import sys\nprint(ascii(sys.stdin.read()))',
    more: { stdin: bytes },
    shows: 'udcff',
  },
  { name: 'a half of a surrogate pair', code: 'print("x")\nprint("\\ud800")', shows: 'x' },
  {
    name: 'SIGTERM from within',
    code: 'import os, signal\nprint("x")\nos.kill(os.getpid(), signal.SIGTERM)',
    shows: 'x',
  },
  {
    name: 'SIGINT from within',
    code: 'import os, signal\nprint("x")\nos.kill(os.getpid(), signal.SIGINT)',
    shows: 'x',
  },
  { name: 'abort', code: 'import os\nprint("x")\nos.abort()', shows: 'x' },
  { name: 'a segmentation fault', code: 'import ctypes\nprint("x")\nctypes.string_at(0)', shows: 'x' },
  {
    name: 'an alarm',
    code: 'import signal, time\nsignal.signal(signal.SIGALRM, lambda *a: print("rang"))\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\ntime.sleep(0.2)',
    shows: 'rang',
  },
  {
    name: 'multiprocessing in every way',
    code: 'import multiprocessing as m\ndef square(x): return x * x\nif __name__ == "__main__":\n  for way in ("fork", "spawn", "forkserver"):\n    with m.get_context(way).Pool(2) as pool: print(way, pool.map(square, range(4)))',
    shows: 'forkserver [0, 1, 4, 9]',
  },
  {
    name: 'processes',
    code: 'import subprocess, sys\nprint(subprocess.run([sys.executable, "-c", "import sys; print(sys.path)"], capture_output=True, text=True).stdout)\nprint(subprocess.run("echo $0 $PPID | wc -w; ls /proc/self/fd", shell=True, capture_output=True, text=True).stdout)',
    shows: "['', ",
  },
  {
    name: 'fork',
    code: 'import os\nif os.fork() == 0:\n  print("child", flush=True); os._exit(0)\nos.wait(); print("parent")',
    shows: 'child\nparent',
  },
  {
    name: 'exec',
    code: 'import os\nos.execvp("sh", ["sh", "-c", "echo $GIVEN; exit 5"])',
    more: { env: { GIVEN: 'kept' } },
    shows: 'kept',
  },
  {
    name: 'a module beside it',
    code: 'import helper, sys\nprint(helper.__file__, helper.hi)',
    more: { files: [{ path: 'helper.py', content: Buffer.from('hi = 1') }] },
    shows: '/sandbox/helper.py 1',
  },
  {
    name: 'itself as a module, its source, and pickling',
    code: 'import inspect, pickle, main, sys\nclass A:\n  x = 1\nif __name__ == "__main__":\n  print(inspect.getsource(A), pickle.loads(pickle.dumps(A())).x, main.__name__, sys.modules["__main__"] is main)',
    shows: 'class A',
  },
  {
    name: 'warnings',
    code: 'import warnings\nwarnings.warn("old", DeprecationWarning)\nwarnings.warn("x")\nprint(warnings.filters)',
    shows: 'default',
  },
  {
    name: 'asyncio',
    code: 'import asyncio\nasync def main():\n  await asyncio.sleep(0.01); print("x")\nasyncio.run(main())\nasyncio.run(asyncio.create_subprocess_exec("true"))',
    shows: 'x',
  },
  { name: 'a random seed of its own', code: 'print(len({hash("a"), id("a")}))', shows: '2' },
  {
    name: 'a deep recursion',
    code: 'import sys\nprint(sys.getrecursionlimit())\ndef f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError as e: print(e)',
    shows: '1000',
  },
  {
    name: 'many threads',
    code: 'import threading, time\nn = 0\ntry:\n  for i in range(200): threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start(); n += 1\nexcept RuntimeError: pass\nprint(n)',
    more: { policy: { limits: { processes: 20 } } },
    shows: '19',
  },
  {
    name: 'too many open files',
    code: 'import os\nn = 0\ntry:\n  while True: os.dup(0); n += 1\nexcept OSError as e: print(n, e.errno)',
    more: { policy: { limits: { openFiles: 50 } } },
    shows: '47 24',
  },
  {
    name: 'the debugger, the profiler and the tracer',
    code: 'import sys, gc, threading\nprint(sys.gettrace(), sys.getprofile(), gc.isenabled(), gc.get_threshold(), threading.active_count(), threading.main_thread().name, sys.getswitchinterval())',
    shows: 'None None True',
  },
  { name: 'closed standard output', code: 'import os, sys\nos.close(1)\nprint("lost")', shows: '' },
  {
    name: 'a file that is written',
    code: 'open("out", "w").write("x")\nimport os\nprint(oct(os.stat("main.py").st_mode), os.stat("main.py").st_uid == os.getuid(), sorted(os.listdir()), oct(os.stat("out").st_mode))',
    shows: '0o100644 True',
  },
];
