const UNITS = [
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
] as const;

/** A number of bytes for people, exactly: `96 MiB`, `1025 bytes`. */
export function showBytes(bytes: number): string {
  for (const [size, unit] of UNITS) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  }
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/** A size as people write it (`512 MiB`, `1GiB`, `100`, or `512m` as Docker has it), in bytes; undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d{1,16})\s*([KMG]iB|[kmg]|bytes?)?\s*$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const is = (name: string) => name === unit || name[0]?.toLowerCase() === unit;
  return Number(number) * (UNITS.find(([, name]) => is(name))?.[0] ?? 1);
}
