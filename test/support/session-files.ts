import type { CallOptions } from 'nice-grpc';
import type { FileForm, WriteFileHeader } from '../../gen/isol8/v1/file_pb.ts';
import type { Isol8Client } from './client.ts';
import { sha256 } from './collect.ts';

/** What a test says of a file that it writes. */
export type Header = Partial<Omit<WriteFileHeader, '$typeName' | '$unknown'>>;

/** Files of one session, whole. */
export class FilesOf {
  readonly #isol8: Isol8Client;
  readonly #sessionId: string;

  constructor(isol8: Isol8Client, sessionId: string) {
    this.#isol8 = isol8;
    this.#sessionId = sessionId;
  }

  write(header: Header, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, options: CallOptions = {}) {
    const value = { sessionId: this.#sessionId, ...header };
    async function* parts() {
      yield { part: { case: 'header' as const, value } };
      for await (const chunk of content) yield { part: { case: 'chunk' as const, value: chunk } };
    }
    return this.#isol8.writeFile(parts(), options);
  }

  /** Fails when the digest is not that of what came. */
  async read(path: string, more: { form?: FileForm; offset?: bigint; length?: bigint } = {}): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let said = '';
    for await (const { part } of this.#isol8.readFile({ sessionId: this.#sessionId, path, ...more })) {
      if (part.case === 'chunk') chunks.push(part.value);
      if (part.case === 'sha256') said = part.value;
    }
    const content = Buffer.concat(chunks);
    if (said !== sha256(content)) throw new Error(`${path} came with the digest ${said}`);
    return content;
  }

  async list(path: string, recursive = true): Promise<string[]> {
    const paths: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await this.#isol8.listFiles({ sessionId: this.#sessionId, path, recursive, pageToken });
      paths.push(...page.files.map((file) => file.path));
      pageToken = page.nextPageToken;
      if (pageToken === '') return paths;
    }
  }
}
