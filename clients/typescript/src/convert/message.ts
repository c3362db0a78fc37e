import {
  create,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
} from '@bufbuild/protobuf';
import { isDuration, isTimestamp, nameOf } from './names.ts';
import { isPlain, refuse, toBytes, toDuration, toEnum, toScalar, toTimestamp } from './value.ts';

type Values = Record<string, unknown>;

/**
 * A message from what a caller gave, the other way of `toPlain`. Whether its values make sense is the server's to say;
 * what could not even be sent, or would be lost, is refused here.
 *
 * @param path what stands before the names of fields in errors: `policy.limits`
 * @throws InvalidRequestError that names the field
 */
export function toMessage<D extends DescMessage>(schema: D, plain: object, path = ''): MessageShape<D> {
  if (!isPlain(plain)) refuse(path || 'request', 'must be an object');
  const fields = fieldsOf(schema);
  const init: Values = {};
  for (const [name, value] of Object.entries(plain)) {
    if (value === undefined) continue;
    const here = path === '' ? name : `${path}.${name}`;
    const field = fields.get(name);
    if (field === undefined) refuse(here, `there is no such field; there are ${[...fields.keys()].join(', ')}`);
    const converted = fieldToMessage(field, value, here);
    if (field.oneof === undefined) {
      init[field.localName] = converted;
    } else {
      const other = init[field.oneof.localName] as { case: string } | undefined;
      if (other !== undefined) refuse(here, `cannot be together with ${other.case}: they are mutually exclusive`);
      init[field.oneof.localName] = { case: field.localName, value: converted };
    }
  }
  return create(schema, init as MessageInitShape<D>);
}

const known = new WeakMap<DescMessage, Map<string, DescField>>();

function fieldsOf(schema: DescMessage): Map<string, DescField> {
  const found = known.get(schema) ?? new Map(schema.fields.map((field) => [nameOf(field), field]));
  known.set(schema, found);
  return found;
}

function fieldToMessage(field: DescField, value: unknown, path: string): unknown {
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) refuse(path, 'must be an array');
    return Array.from(value, (item, i) => valueToMessage(field, item, `${path}[${i}]`));
  }
  if (field.fieldKind === 'map') {
    if (!isPlain(value)) refuse(path, 'must be an object');
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, valueToMessage(field, item, `${path}[${key}]`)]));
  }
  return valueToMessage(field, value, path);
}

function valueToMessage(field: DescField, value: unknown, path: string): unknown {
  const { message } = field;
  if (field.enum !== undefined) return toEnum(field.enum, value, path);
  if (isDuration(message)) return toDuration(value, path);
  if (isTimestamp(message)) return toTimestamp(value, path);
  if (message !== undefined) return toMessage(message, value as object, path);
  return field.scalar === ScalarType.BYTES ? toBytes(value, path) : toScalar(field.scalar, value, path);
}
