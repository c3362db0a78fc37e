import { showBytes } from '../../lib/bytes.ts';
import type { FieldViolation } from '../errors.ts';
import { isLongEnough, MIN_SECRET_BYTES } from '../secrets/forms.ts';
import type { ExecutionRequest } from '../types.ts';
import { checkVariable, entryOf } from './check-text.ts';

const MAX_SECRETS = 64;

/** All values together: each makes dozens of patterns to look for. */
const MAX_SECRETS_BYTES = 8 * 1024;

/** Whether there are more secrets than can be masked. */
export function* checkSecretsSize({ secrets }: Pick<ExecutionRequest, 'secrets'>): Iterable<FieldViolation> {
  const values = Object.values(secrets);
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (values.length > MAX_SECRETS || bytes > MAX_SECRETS_BYTES) {
    const description = `are ${values.length} of ${bytes} bytes and may be ${MAX_SECRETS} of ${showBytes(MAX_SECRETS_BYTES)} together: send what is larger as files, which are not masked`;
    yield { field: 'secrets', description };
  }
}

/** What is wrong with each secret. Never quotes a value. */
export function* checkSecrets({ secrets, env }: ExecutionRequest): Iterable<FieldViolation> {
  for (const [name, value] of Object.entries(secrets)) {
    const field = entryOf('secrets', name);
    yield* checkVariable('secrets', name, value);
    if (Object.hasOwn(env, name)) {
      yield { field, description: 'is in env too, and a variable has one value: leave it out of one of them' };
    }
    if (!isLongEnough(value)) {
      const description = `is shorter than ${MIN_SECRET_BYTES} bytes, blanks around it not counted: masking it would shred output; use a longer one, or send it in env if it is not secret`;
      yield { field, description };
    }
  }
}
