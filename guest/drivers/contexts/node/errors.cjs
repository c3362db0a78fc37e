// Tells what a cell did not catch.
'use strict';

const util = require('node:util');

const PLACE = /^\s+at (?:(.*) \()?(.*?):(\d+):\d+\)?$/;
const MOST_PLACES = 100;

const named = (text) => text.replace(/isol8-cell-(\d+)/g, '<cell $1>').replaceAll('_isol8_import(', 'import(');

/** A stack without the places that lead to the code: those after the last one in a cell. */
const trimmed = (stack) => {
  const lines = stack.split('\n');
  const isPlace = (line) => /^\s+at /.test(line);
  const last = lines.findLastIndex((line) => isPlace(line) && line.includes('isol8-cell-'));
  return lines.filter((line, at) => at <= last || !isPlace(line)).join('\n');
};

/** What is printed of an error. */
const shown = (error) => `Uncaught ${named(trimmed(util.inspect(error)))}`;

/** Class, message, and file, line, function and source of each place, the outermost first. */
const describe = (error, sources) => {
  const isError = error instanceof Error;
  const places = isError && typeof error.stack === 'string' ? trimmed(error.stack).split('\n') : [];
  const fields = places
    .map((line) => PLACE.exec(line))
    .filter((place) => place !== null)
    .slice(0, MOST_PLACES)
    .reverse()
    .flatMap(([, name = '', file, line]) => {
      const number = /isol8-cell-(\d+)$/.exec(file)?.[1];
      const source = sources.get(number)?.[Number(line) - 1] ?? '';
      return [named(file).slice(0, 1000), line, name.slice(0, 200), source.trim().slice(0, 300)];
    });
  const name = isError ? error.name : 'Error';
  const message = isError ? error.message : util.inspect(error);
  return [String(name).slice(0, 200), String(message).slice(0, 8000), ...fields];
};

module.exports = { describe, shown };
