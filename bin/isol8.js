#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

if (!process.features.typescript) {
  console.error(
    `isol8: Node.js ${process.version} is too old: "make setup" brings the right one to node_modules/.bin/node`,
  );
  process.exit(1);
}

// JavaScript, so that nothing has to strip types before there is a cache of what was stripped: 25 MB less of memory and
// a quarter less time to start. Kept beside the packages, since whoever can write it decides what runs here.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/isol8', import.meta.url)));
await import('../src/cli/main.ts');
