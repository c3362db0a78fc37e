// Tells what a cell did not catch.
'use strict';

const PLACE = /^\s+at (?:(.*) \()?(.*?):(\d+):\d+\)?$/;
const MOST_PLACES = 100;
const CELL = /(?<![^\s(])[^\s(]*isol8-cell-(\d+)/;

const named = (text) => text.replace(new RegExp(CELL, 'g'), '<cell $1>').replaceAll('_isol8_import(', 'import(');

/** A stack without the places that lead to the code: those after the last one in a cell. */
const trimmed = (stack) => {
  const lines = stack.split('\n');
  const isPlace = (line) => /^\s+at /.test(line);
  const last = lines.findLastIndex((line) => isPlace(line) && line.includes('isol8-cell-'));
  return lines.filter((line, at) => at <= last || !isPlace(line)).join('\n');
};

/** What is printed of an error. */
const shown = (error, { inspect, inspectError = inspect }) => `Uncaught ${named(trimmed(inspectError(error)))}`;

/** Class, message, and file, line, function and source of each place, the outermost first. */
const describe = (error, sources, { inspect, stackOf = ({ stack }) => stack }) => {
  const isError = error instanceof Error;
  const stack = isError ? stackOf(error) : '';
  const places = typeof stack === 'string' ? trimmed(stack).split('\n') : [];
  const fields = places
    .map((line) => PLACE.exec(line))
    .filter((place) => place !== null)
    .slice(0, MOST_PLACES)
    .reverse()
    .flatMap(([, name = '', file, line]) => {
      const number = CELL.exec(file)?.[1];
      const source = sources.get(number)?.[Number(line) - 1] ?? '';
      return [named(file).slice(0, 1000), line, name.slice(0, 200), source.trim().slice(0, 300)];
    });
  const name = isError ? error.name : 'Error';
  const message = isError ? error.message : inspect(error);
  return [String(name).slice(0, 200), String(message).slice(0, 8000), ...fields];
};

module.exports = { describe, shown, trimmed };
