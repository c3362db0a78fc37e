import { expect, test } from 'vitest';
import { parseAptSources } from './apt.ts';

test("a release's archives are found among those of others", () => {
  const lines = [
    'http://mirror.example/debian/ bookworm main',
    'http://mirror.example/debian/ bookworm contrib',
    'http://mirror.example/debian/ bookworm-updates main',
    'https://mirror.example/security/ bookworm-security main',
    'http://tools.example/apt/ bookworm-tools main',
    'http://tools.example/apt/ stable main',
    '',
  ].join('\n');
  expect(parseAptSources(lines, 'bookworm')).toEqual([
    { uri: 'http://mirror.example/debian/', suite: 'bookworm' },
    { uri: 'http://mirror.example/debian/', suite: 'bookworm-updates' },
    { uri: 'https://mirror.example/security/', suite: 'bookworm-security' },
  ]);
  expect(parseAptSources(lines, 'trixie')).toEqual([]);
});
