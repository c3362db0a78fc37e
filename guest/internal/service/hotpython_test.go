package service_test

import "testing"

var python = &interpreter{
	hook: "python", image: "isol8/python:latest", main: "main.py", argv: []string{"python3", "-u"},
}

func TestPythonIsTheSameHotAndCold(t *testing.T) {
	sameBothWays(t, python, []program{
		{name: "hello", code: "print('hello')", says: "hello\n"},
		{
			name: "what sys knows", says: "'/sandbox/main.py', 'a', '', 'é x']",
			arguments: []string{"a", "", "é x"},
			code: `import sys
for name in sorted(set(dir(sys)) - {"exc_info", "exception", "_current_frames", "_current_exceptions", "modules", "stdlib_module_names"}):
    value = getattr(sys, name)
    if name != '__doc__' and not callable(value):
        print(name, value)
print(list(sys.modules))
print(sys.argv)
print(globals())
import site
print(site.ENABLE_USER_SITE, site.USER_BASE, site.USER_SITE, sorted(vars(site)))
`,
		},
		{
			name: "environment", environment: []string{"NAME=value=1", "EMPTY=", "UTF=é"}, says: "('EMPTY', '')",
			code: "import os, subprocess\nprint(list(os.environ.items()), os.environb)\n" +
				"print(subprocess.run(['env'], capture_output=True, text=True).stdout)",
		},
		{
			name: "process", says: "/sandbox",
			code: `import os, resource, signal
print(os.getcwd(), os.umask(0), os.getpriority(os.PRIO_PROCESS, 0), os.getsid(0) == os.getpid())
for fd in sorted(os.listdir("/proc/self/fd")):
    try:
        print(fd, os.readlink("/proc/self/fd/" + fd), os.get_inheritable(int(fd)))
    except OSError:
        pass
for name in sorted(dir(resource)):
    if name.startswith("RLIMIT_"):
        print(name, resource.getrlimit(getattr(resource, name)))
print([(s, signal.getsignal(s)) for s in signal.valid_signals()])
print(open("/proc/self/oom_score_adj").read(), oct(os.stat("main.py").st_mode), os.stat("main.py").st_uid)
print(os.listdir())
`,
		},
		{name: "traceback", code: "def f():\n    return 1 / 0\n\nf()\n", exit: 1, says: "return 1 / 0"},
		{name: "syntax error", code: "print('a'\n", exit: 1, says: "SyntaxError"},
		{name: "exit code", code: "import atexit, sys\natexit.register(print, 'bye')\nsys.exit(7)", exit: 7, says: "bye"},
		{name: "exit text", code: "raise SystemExit('no')", exit: 1, says: "no\n"},
		{name: "stdin", code: "import sys\nprint(input(), sys.stdin.read())", stdin: "a\nb\n\x00c", says: "a b\n\x00c"},
		{name: "stdin at its end", code: "input()", exit: 1, says: "EOFError"},
		{name: "recursion", code: "def f():\n    f()\nf()", exit: 1, says: "RecursionError"},
		{name: "encoding", code: "# -*- coding: latin-1 -*-\nprint(len('\xc3\xa9'))", says: "2"},
		{
			name: "multiprocessing", says: "'/sandbox'",
			code: `import multiprocessing, os, sys
def work(queue):
    queue.put((sys.path, sys.argv, sorted(os.environ), sorted(os.listdir("/proc/self/fd"))[:3]))
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=work, args=(queue,))
    process.start()
    print(queue.get())
    process.join()
`,
		},
		{
			name: "main again", says: "__main__ 2",
			code: "import __main__\nX = 2\nprint(__main__.__name__, __main__.X, __file__, __spec__, __builtins__)",
		},
		{name: "inspect", code: "import inspect\ndef f():\n    pass\nprint(inspect.getsource(f))", says: "def f"},
	})
}
