import { expect, test } from 'vitest';
import { packagePins } from './pins.ts';

test.each(['node', 'bun', 'deno'])('%s is pinned for both architectures, with what npm checks it by', (runtime) => {
  for (const architecture of ['amd64', 'arm64']) {
    const pins = packagePins(runtime, architecture);
    expect(pins.length).toBeGreaterThan(0);
    for (const pin of pins) {
      expect(pin.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(pin.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  }
});

test('what Debian has itself needs no package', () => {
  expect(packagePins('python', 'amd64')).toEqual([]);
});

test('an architecture without packages is refused by name', () => {
  expect(() => packagePins('node', 'riscv64')).toThrow(/no node for the architecture riscv64/);
});
