// Makes calls of imports.
'use strict';

const names = (list) => list.replace(/\s+as\s+/g, ': ');

/** Code whose imports are calls. It is found by its looks, at the beginning of a line. */
const withImports = (code) =>
  code
    .replace(
      /^import\s+(?:(?<plain>[\w$]+)\s*,?\s*)?(?:\*\s*as\s+(?<all>[\w$]+)\s*|(?<some>\{[^}]*\})\s*)?from\s*(?<from>'[^'\n]*'|"[^"\n]*")\s*;?/gm,
      (...found) => {
        const { plain, all, some, from } = found.at(-1);
        const module = `await _isol8_import(${from})`;
        if (all !== undefined) return `const ${all} = ${module}${plain ? `, ${plain} = ${all}.default` : ''};`;
        const wanted = (some ?? '{}').slice(1, -1);
        return `const {${plain ? `default: ${plain}, ` : ''}${names(wanted)}} = ${module};`;
      },
    )
    .replace(/^import\s*('[^'\n]*'|"[^"\n]*")\s*;?/gm, 'await _isol8_import($1);')
    .replace(/(?<![\w$.'"`])import(?=\s*\()/g, '_isol8_import');

module.exports = { withImports };
