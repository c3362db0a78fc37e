import { refuse } from '../convert/value.ts';

const UNITS: Partial<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `512m`, `1.5g`, `512mb` in bytes. */
export function bytesOf(option: string, size: string): number {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*$/i.exec(size) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (number === '' || !Number.isFinite(bytes))
    refuse(option, `must be a size like 512m or 1.5g, and is ${JSON.stringify(size)}`);
  return Math.round(bytes);
}
