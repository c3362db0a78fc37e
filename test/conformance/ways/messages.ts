import {
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { ExecuteRequestSchema } from '../../../gen/isol8/v1/execution_pb.ts';
import { WriteFileHeaderSchema } from '../../../gen/isol8/v1/file_pb.ts';
import { Isol8Service } from '../../../gen/isol8/v1/service_pb.ts';
import type { Method } from '../way.ts';

/** The method's request in the one form that a way gets: camelCase, defaults left out. A field that is unknown throws. */
export function canonical(method: Method, request: JsonObject): JsonObject {
  if (method === 'executeStream') return formOf(ExecuteRequestSchema, request);
  if (method !== 'writeFile') return formOf(Isol8Service.method[method].input, request);
  const { content, ...header } = request;
  return { ...formOf(WriteFileHeaderSchema, header), content: content ?? '' };
}

function formOf<Schema extends DescMessage>(schema: Schema, json: JsonValue): JsonObject {
  return jsonOf(schema, fromJson(schema, json));
}

/** A message as proto JSON. */
export function jsonOf<Schema extends DescMessage>(schema: Schema, message: MessageShape<Schema>): JsonObject {
  return toJson(schema, message) as JsonObject;
}
