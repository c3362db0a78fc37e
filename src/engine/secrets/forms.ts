/** The shortest value that is masked, in bytes without the blanks around it: shorter ones stand in output by chance, and masking would shred it. */
export const MIN_SECRET_BYTES = 8;

/** Lines of base64 as coreutils, MIME and OpenSSL break them. */
const BASE64_LINES = [76, 64];

/** What URL encoders leave as it is beside letters and digits: RFC 3986, Python's `quote`, JavaScript's encodeURIComponent, HTML forms. */
const URL_PLAIN = ['-_.~', '-_.~/', "-_.~!'()*", '-_.*'];

/** For each of them, in capital and in small digits: what each byte becomes. */
const URL_TABLES = URL_PLAIN.flatMap((plain) => {
  const small = Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    const isPlain = /[A-Za-z0-9]/.test(character) || plain.includes(character);
    return isPlain ? character : `%${byte.toString(16).padStart(2, '0')}`;
  });
  return [small, small.map((one) => (one.length === 1 ? one : one.toUpperCase()))];
});

/**
 * A value as programs print it by accident: as it is, base64 at any offset of what was encoded, hexadecimal, URL-encoded,
 * escaped as in JSON and in quoted strings. Nothing when it is too short to be masked. No form is shorter than MIN_SECRET_BYTES.
 */
export function formsOf(value: string): Set<string> {
  // Files end in a line end, and what reads them strips it.
  const values = [value.toWellFormed(), value.toWellFormed().trim()].filter(isLongEnough);
  return new Set(
    values.flatMap((one) => {
      const bytes = Buffer.from(one);
      return [one, one.replaceAll('\n', '\r\n'), ...base64Forms(bytes), ...hexForms(bytes), ...urlForms(bytes)].concat(
        escapedForms(one),
      );
    }),
  );
}

/** Whether a value can be masked. */
export function isLongEnough(value: string): boolean {
  return Buffer.byteLength(value.trim()) >= MIN_SECRET_BYTES;
}

function base64Forms(bytes: Buffer): string[] {
  const standard = [0, 1, 2].flatMap((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Characters that also hold bits of what stands before or after are not the secret's own, unless nothing follows.
    const from = before === 0 ? 0 : before + 1;
    const own = Math.floor(((before + bytes.length) * 8) / 6);
    return [all.slice(from, own), all.slice(from).replace(/=+$/, ''), all.slice(from)];
  });
  const whole = bytes.toString('base64');
  const wrapped = BASE64_LINES.filter((width) => whole.length > width).flatMap((width) => {
    const lines = whole.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    return [lines.join('\n'), lines.join('\r\n')];
  });
  const urlSafe = standard.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...standard, ...wrapped, ...urlSafe];
}

function hexForms(bytes: Buffer): string[] {
  const lower = bytes.toString('hex');
  return [lower, lower.toUpperCase()];
}

function urlForms(bytes: Buffer): string[] {
  return URL_TABLES.flatMap((table) => {
    let encoded = '';
    for (const byte of bytes) encoded += table[byte];
    return [encoded, encoded.replaceAll('%20', '+')];
  });
}

function escapedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [
    json,
    // Python's json, and others that answer in ASCII.
    json.replaceAll(/[^ -~]/g, (unit) => unicodeEscape(unit)),
    json.replaceAll(/[^ -~]/g, (unit) => unicodeEscape(unit).replace(/[0-9a-f]{4}/, (digits) => digits.toUpperCase())),
    // PHP's, and Go's.
    json.replaceAll('/', '\\/'),
    json.replaceAll(/[<>&]/g, unicodeEscape),
    // Quoted in quotes of the other kind.
    json.replaceAll('\\"', '"'),
  ];
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
