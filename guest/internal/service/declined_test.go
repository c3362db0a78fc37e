package service_test

import (
	"strings"
	"testing"

	"isol8.dev/guest/internal/sandboxtest"
)

// TestWhatCountsOnlyAtBootMakesAColdStart gives each interpreter what it reads before any hook could run.
func TestWhatCountsOnlyAtBootMakesAColdStart(t *testing.T) {
	for _, test := range []struct {
		interpreter *interpreter
		code, says  string
		variable    string
		files       []file
		hot         bool
	}{
		{interpreter: python, code: "import m", says: "M\n", files: []file{
			{path: ".local/lib/python3.11/site-packages/m.py", content: "print('M')"}, {path: ".local/lib/python3/x"},
		}},
		{interpreter: python, code: "import m", says: "M\n", files: []file{{path: "m.py", content: "print('M')"}}, hot: true},
		{interpreter: python, code: "import time; print(time.tzname)", says: "JST", variable: "TZ=Asia/Tokyo"},
		{interpreter: python, code: "print('x')", says: "x\n", variable: "PYTHONIOENCODING=utf-16-be"},
		{interpreter: node, code: "console.log(typeof require)", says: "undefined", hot: true, files: []file{
			{path: "package.json", content: `{"type": "module"}`},
		}},
		{interpreter: node, code: "console.log((1.5).toLocaleString(), process.env.NODE_ENV)", says: "1,5 undefined", variable: "LC_ALL=de_DE"},
		{interpreter: node, code: "console.log(process.env.NODE_ENV)", says: "test", variable: "NODE_ENV=test", hot: true},
		{interpreter: node, code: "console.log(require('module').globalPaths)", says: "/x", variable: "NODE_PATH=/x"},
		{interpreter: bun, code: "console.log(Bun.spawnSync(['env']).stdout.toString())", says: "NAME=x", variable: "NAME=x"},
		{interpreter: bun, code: "console.log(process.env.NAME)", says: "x\n", files: []file{{path: ".env", content: "NAME=x"}}},
		{interpreter: bun, code: "import x from '@/x'; console.log(x)", says: "x\n", files: []file{
			{path: "tsconfig.json", content: `{"compilerOptions": {"paths": {"@/*": ["./*"]}}}`}, {path: "x.ts", content: "export default 'x'"},
		}},
		{interpreter: bun, code: "import x from './x'; console.log(x)", says: "x\n", hot: true, files: []file{
			{path: "x.ts", content: "export default 'x'"},
		}},
		{interpreter: deno, code: "import x from 'x'; console.log(x)", says: "x\n", files: []file{
			{path: "deno.json", content: `{"imports": {"x": "./x.ts"}}`}, {path: "x.ts", content: "export default 'x'"},
		}},
		{interpreter: deno, code: "import x from './x.ts'; console.log(x)", says: "x\n", hot: true, files: []file{
			{path: "x.ts", content: "export default 'x'"},
		}},
		{interpreter: deno, code: "console.log({ a: 1 })", says: "\x1b[33m1", variable: "FORCE_COLOR=1"},
	} {
		t.Run(test.interpreter.hook, func(t *testing.T) {
			s := sandboxtest.Container(t, test.interpreter.image)
			test.interpreter.boot(t, s)
			if len(test.files) > 0 {
				if failure := write(t, s, test.files...); failure != nil {
					t.Fatal(failure)
				}
			}
			start := test.interpreter.start(test.code)
			if test.variable != "" {
				start.Environment = append(start.Environment, test.variable)
			}
			got := s.Do(t, start)
			said := strings.ReplaceAll(got.Stdout.String(), "\x00", "")
			if got.Hot != test.hot || !strings.Contains(said, test.says) {
				t.Errorf("%s %q: hot %v, %q %.300q", test.interpreter.hook, test.code, got.Hot, said, got.Stderr.String())
			}
		})
	}
}
