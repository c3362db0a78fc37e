import type { JsonObject } from '@bufbuild/protobuf';
import type { Answer, Method } from '../way.ts';

/** Calls what lists until its last page, and gives all pages as one; others once. */
export async function allPages(
  method: Method,
  request: JsonObject,
  call: (request: JsonObject) => Promise<Answer>,
): Promise<Answer> {
  const list = { listSessions: 'sessions', listFiles: 'files' }[method as string];
  if (list === undefined) return await call(request);
  const all: JsonObject[] = [];
  for (let pageToken = ''; ; ) {
    const answer = await call(pageToken === '' ? request : { ...request, pageToken });
    if (answer.refusal !== undefined) return answer;
    all.push(...((answer.response[list] ?? []) as JsonObject[]));
    if (answer.response['nextPageToken'] === undefined) return { response: { [list]: all } };
    pageToken = answer.response['nextPageToken'] as string;
  }
}
