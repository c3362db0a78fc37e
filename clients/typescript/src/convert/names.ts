import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';

/** Whether a field is a duration, which is milliseconds in a number. */
export function isDuration(message: DescMessage | undefined): boolean {
  return message?.typeName === DurationSchema.typeName;
}

/** Whether a field is a point in time, which is a Date. */
export function isTimestamp(message: DescMessage | undefined): boolean {
  return message?.typeName === TimestampSchema.typeName;
}

/** What a field is called: as in the proto, in camel case; with its unit where it is a duration. */
export function nameOf(field: DescField): string {
  return isDuration(field.message) ? `${field.localName}Ms` : field.localName;
}

/** A value of an enum without its prefix; one that is not known, of a newer server, as `UNRECOGNIZED_<number>`. */
export function enumName(schema: DescEnum, value: number): string {
  return schema.value[value]?.localName ?? `UNRECOGNIZED_${value}`;
}
