import { Automaton, type OnStretch } from './automaton.ts';
import { formsOf } from './forms.ts';
import { MaskedStream } from './masked-stream.ts';
import { Stretches } from './stretches.ts';

/** What is shown in place of a secret. */
const MASK = '***';

/** A quotation that was cut may end in the beginning of a value: from so many bytes on it is masked. */
const CUT_BYTES = 4;

/** What follows a quotation: a quote, or the first byte of an ellipsis. */
const AFTER_CUT = [0x22, 0xe2];

/** Hides the values of one execution's secrets, in every form of them, from text that leaves. Without secrets it does nothing. */
export class Mask {
  readonly #automaton: Automaton | undefined;

  /** @param secrets by name; values that are too short to be masked are not */
  constructor(secrets: Readonly<Record<string, string>>) {
    const forms = new Set(Object.values(secrets).flatMap((value) => [...formsOf(value)]));
    this.#automaton = forms.size === 0 ? undefined : new Automaton([...forms].map((form) => Buffer.from(form)));
  }

  /** A mask for one stream of bytes; undefined when there is nothing to hide. */
  stream(): MaskedStream | undefined {
    return this.#automaton && new MaskedStream(this.#automaton, Buffer.from(MASK));
  }

  /** A text that is whole. */
  text(text: string): string {
    return this.#replaced(text, (automaton, bytes, found) => automaton.scan(bytes, 0, 0, found));
  }

  /** A sentence that quotes: where a quotation ends, a value may have been cut. */
  sentence(text: string): string {
    const uncut = this.#replaced(text, (automaton, bytes, found) =>
      automaton.beginnings(bytes, CUT_BYTES, (start, end) => {
        if (AFTER_CUT.includes(bytes[end] ?? 0x22)) found(start, end);
      }),
    );
    return this.text(uncut);
  }

  /** Names and values. */
  texts(texts: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(texts).map(([name, value]) => [this.text(name), this.text(value)]));
  }

  #replaced(text: string, find: (automaton: Automaton, bytes: Buffer, found: OnStretch) => void): string {
    if (this.#automaton === undefined) return text;
    const bytes = Buffer.from(text);
    const stretches = new Stretches();
    find(this.#automaton, bytes, (start, end) => stretches.add(start, end));
    let at = 0;
    let masked = '';
    for (const { start, end } of stretches.all) {
      masked += bytes.toString('utf8', at, start) + MASK;
      at = end;
    }
    return at === 0 ? text : masked + bytes.toString('utf8', at);
  }
}
