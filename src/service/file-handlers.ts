import type { ServiceImplementation } from 'nice-grpc';
import type { Isol8Service } from '../../gen/isol8/v1/service_pb.ts';
import type { Engine } from '../engine/types.ts';
import {
  fromListFilesRequest,
  fromReadFileRequest,
  fromWriteFileRequests,
  toFileInfo,
  toFilePage,
  toFilePart,
  toWrittenFile,
} from './convert/file.ts';
import { fromSessionName } from './convert/session.ts';
import type { Definition } from './definition.ts';
import type { Caller, Noted } from './interceptors/context.ts';

type Handlers = ServiceImplementation<Definition<typeof Isol8Service>, Caller & Noted>;

/** The handlers of calls about files of sessions: convert, call the engine, convert. */
export function fileHandlers(
  engine: Engine,
): Pick<Handlers, 'writeFile' | 'readFile' | 'listFiles' | 'makeDirectory' | 'removeFile'> {
  return {
    async writeFile(requests, { tenant, signal }) {
      const { sessionId, file, content } = await fromWriteFileRequests(requests);
      return toWrittenFile(await engine.files.write(tenant, sessionId, file, content, signal));
    },

    async *readFile(request, { tenant, signal }) {
      const { sessionId, file } = fromReadFileRequest(request);
      for await (const part of engine.files.read(tenant, sessionId, file, signal)) yield toFilePart(part);
    },

    async listFiles(request, { tenant, signal }) {
      const { sessionId, what } = fromListFilesRequest(request);
      return toFilePage(await engine.files.list(tenant, sessionId, what, signal));
    },

    async makeDirectory(request, { tenant, signal }) {
      const { path, mode } = request;
      const made = await engine.files.makeDirectory(tenant, fromSessionName(request), path, mode, signal);
      return { directory: toFileInfo(made) };
    },

    async removeFile(request, { tenant, signal }) {
      const { path, recursive } = request;
      await engine.files.remove(tenant, fromSessionName(request), path, recursive, signal);
      return {};
    },
  };
}
