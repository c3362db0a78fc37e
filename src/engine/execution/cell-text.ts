import type { Mask } from '../secrets/mask.ts';
import type { Display, ExecutionError } from '../types.ts';

/** Forms that people read as text; an image has no secret that can be read. */
const TEXT = /^(text\/.*|application\/(json|.*\+json|javascript|xml|.*\+xml)|image\/svg\+xml)(;|$)/;

/** A display with the secrets in its texts hidden. */
export function maskDisplay(display: Display, mask: Mask): Display {
  const data = new Map(
    [...display.data].map(([type, bytes]) => {
      if (!TEXT.test(type)) return [type, bytes] as const;
      const text = Buffer.from(bytes).toString('utf8');
      const masked = mask.text(text);
      return [type, masked === text ? bytes : Buffer.from(masked)] as const;
    }),
  );
  return { ...display, data, displayId: mask.text(display.displayId) };
}

/** An error with the secrets in it hidden. */
export function maskError({ name, message, frames }: ExecutionError, mask: Mask): ExecutionError {
  return {
    name: mask.sentence(name),
    message: mask.sentence(message),
    frames: frames.map((frame) => ({
      file: mask.sentence(frame.file),
      line: frame.line,
      function: mask.sentence(frame.function),
      source: mask.sentence(frame.source),
    })),
  };
}
