/** One line of the progress that Docker reports while it builds, pulls or imports. */
interface ProgressLine {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** What a finished piece of work left. */
export interface ProgressResult {
  /** Id of the image that was made; undefined when Docker named none. */
  readonly imageId: string | undefined;
  /** Everything it printed, one entry a line. */
  readonly lines: readonly string[];
}

/** A piece of work that Docker began and could not finish; the message carries the last lines of its output. */
export class DockerWorkError extends Error {
  override readonly name = 'DockerWorkError';
}

/** Lines of output that an error shows. */
const SHOWN_LINES = 15;

/**
 * Reads Docker's progress to its end.
 *
 * @param onLine called with each line as it comes
 * @throws DockerWorkError when Docker reports an error in the stream (the HTTP status is 200 by then)
 */
export async function readProgress(
  stream: AsyncIterable<Buffer | string>,
  onLine: (line: string) => void = () => {},
): Promise<ProgressResult> {
  const lines: string[] = [];
  let imageId: string | undefined;
  for await (const progress of jsonLines(stream)) {
    imageId = progress.aux?.ID ?? imageId;
    for (const line of (progress.stream ?? progress.status ?? '').split(/[\r\n]+/)) {
      if (line.trim() === '') continue;
      lines.push(line);
      onLine(line);
    }
    if (progress.error !== undefined) {
      throw new DockerWorkError([...lines.slice(-SHOWN_LINES), progress.error.trim()].join('\n'));
    }
  }
  return { imageId, lines };
}

async function* jsonLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<ProgressLine> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of stream) {
    pending += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const complete = pending.split('\n');
    pending = complete.pop() ?? '';
    for (const line of complete) if (line.trim() !== '') yield JSON.parse(line) as ProgressLine;
  }
  if (pending.trim() !== '') yield JSON.parse(pending) as ProgressLine;
}
