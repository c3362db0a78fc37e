import { refuse } from './convert/value.ts';
import type { ClientOptions } from './options.ts';

const KNOWN = ['address', 'apiKey', 'tls', 'deadlineMs'];

/** Options, with those of the environment where the caller says nothing. */
export function fromEnvironment(options: ClientOptions): ClientOptions & { readonly address: string } {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) refuse(unknown, `there is no such option; there are ${KNOWN.join(', ')}`);
  const { ISOL8_ADDRESS, ISOL8_API_KEY } = process.env;
  // A variable that is set to nothing says nothing.
  const address = options.address ?? (ISOL8_ADDRESS || '127.0.0.1:50051');
  const apiKey = options.apiKey ?? (ISOL8_API_KEY || undefined);
  return { ...options, address, ...(apiKey !== undefined && { apiKey }) };
}
