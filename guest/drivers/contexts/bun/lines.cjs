// Finds where a place of a transpiled script was in the code. Bun's transpiler tells nobody: the words that both have are
// held against each other, in their order.
'use strict';

const WORDS = /\/\/.*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[\w$]+/g;
// How many words the transpiler may leave out at once: types, above all.
const WINDOW = 40;

// What the transpiler adds, each with nothing in the code that it could be.
const ADDED = [
  /^[^]*?\n?\((?:async )?\(\) => \{/,
  /^\s*this\.([\w$]+) = \1;$/gm,
  /^\s*import_[\w$]+ = await import\(.*\);$/gm,
  /= import_[\w$]+(?:\.[\w$]+)?;$/gm,
  /return \{\n\s+__proto__: null,\n\s+value: /g,
];
const blank = (text) => text.replace(/[^\n]/g, ' ');

/** The words of a text, each with its line and column. */
const wordsOf = (text) =>
  text.split('\n').flatMap((content, line) =>
    [...content.matchAll(WORDS)]
      .filter(([word]) => !word.startsWith('/'))
      .map((found) => ({ word: found[0].replace(/^["']|["']$/g, ''), line: line + 1, column: found.index + 1 })),
  );

/** A function that makes of a line and column in a script those in the code. */
const placesOf = (code, script) => {
  const comments = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\*[^]*?\*\//g;
  const originals = wordsOf(code.replace(comments, (all, text) => text ?? blank(all)));
  const pairs = [];
  let next = 0;
  for (const made of wordsOf(ADDED.reduce((text, added) => text.replace(added, blank), script))) {
    const found = originals.slice(next, next + WINDOW).findIndex(({ word }) => word === made.word);
    if (found < 0) continue;
    pairs.push({ made, original: originals[next + found] });
    next += found + 1;
  }
  return (line, column) => {
    const before = pairs.findLast(({ made }) => made.line < line || (made.line === line && made.column <= column));
    const same = before?.made.line === line ? before : pairs.find(({ made }) => made.line >= line);
    const { original } = same ?? before ?? { original: { line: 1, column: 1 } };
    return [original.line, original.column];
  };
};

module.exports = { placesOf };
