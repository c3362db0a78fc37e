// Runs code as in the prompt of Node.js and Deno, through V8's inspector: what a cell declares lives on and may be
// declared again, and `await` is allowed.
'use strict';

const inspector = require('node:inspector');
const module_ = require('node:module');
const path = require('node:path');
const vm = require('node:vm');
const { interrupted } = require('./cells.cjs');
const { withImports } = require('./imports.cjs');

// What the inspector evaluates has no import of its own.
const importer = new vm.Script('(name, options) => import(name, options)', {
  filename: path.join(process.cwd(), 'cell.js'),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext();
let kept;
Object.defineProperty(globalThis, '_isol8_import', { value: importer });
Object.defineProperty(globalThis, '_isol8_keep', { value: (value) => (kept = value) });

let session;
const post = (method, parameters) => {
  if (session === undefined) {
    // Not sooner: once it is connected, Deno takes half a second to start a worker.
    session = new inspector.Session();
    session.connect();
  }
  return new Promise((resolve) => session.post(method, parameters, (error, answer) => resolve(error ? { error } : answer)));
};

/** The value that an answer of the inspector stands for. */
const valueOf = async (remote) => {
  if (remote.objectId === undefined) {
    if (remote.type === 'bigint') return BigInt(remote.unserializableValue.slice(0, -1));
    return remote.unserializableValue === undefined ? remote.value : Number(remote.unserializableValue);
  }
  kept = undefined;
  await post('Runtime.callFunctionOn', {
    objectId: remote.objectId,
    functionDeclaration: 'function () { "use strict"; _isol8_keep(this); }',
  });
  return kept;
};

// An error of code that ran has a place in it.
const isUnreadable = ({ exceptionDetails }) =>
  exceptionDetails?.exception?.className === 'SyntaxError' && !exceptionDetails.exception.description.includes('isol8-cell-');

/** Makes `execute` from a function that says what comes before the code, and from the ways to read TypeScript. */
const executor = (before, modes) => async (cell) => {
  const evaluate = (code) =>
    post('Runtime.evaluate', {
      expression: `${before()}${withImports(code)}\n//# sourceURL=isol8-cell-${cell.number}`,
      replMode: true,
      awaitPromise: true,
    });
  let answer = await evaluate(cell.code);
  for (const mode of modes) {
    if (!isUnreadable(answer)) break;
    try {
      answer = await evaluate(module_.stripTypeScriptTypes(cell.code, { mode }));
    } catch {
      // No TypeScript of this kind either.
    }
  }
  if (answer.error !== undefined) throw interrupted();
  const { result, exceptionDetails } = answer;
  if (exceptionDetails !== undefined) throw await valueOf(exceptionDetails.exception ?? result);
  return result.type === 'undefined' ? undefined : await valueOf(result);
};

/** Makes output streams write again that were interrupted in a write, which they would wait for. */
const recover = () => {
  for (const { _writableState: state } of [process.stdout, process.stderr]) {
    Object.assign(state, { writing: false, bufferProcessing: false, corked: 0, length: 0, needDrain: false });
  }
};

module.exports = { executor, recover };
