import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DisplaySchema } from '../../../gen/isol8/v1/display_pb.ts';
import type { Display } from '../../engine/types.ts';

/** Engine to wire. */
export function toDisplay({ data, displayId, context, isResult }: Display) {
  return { data: Object.fromEntries(data), displayId, context, isResult } satisfies MessageInitShape<
    typeof DisplaySchema
  >;
}
