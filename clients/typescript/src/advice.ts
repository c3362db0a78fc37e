import type { CallFacts } from './status.ts';

/** The message of an error: what the server or gRPC said, and what to do where that does not say it. */
export function advice(family: string, said: string, reason: string, call: CallFacts): string {
  const { address, deadlineMs, cancelled } = call;
  if (family === 'ConnectionLostError') {
    return isUnreachable(said)
      ? `${address} cannot be reached (${reasonIn(said)}): see that a server listens there, in plaintext or with TLS as ` +
          'this client was told, or set `address` or ISOL8_ADDRESS'
      : `the connection to ${address} broke (${reasonIn(said)}): it is not known whether the code ran`;
  }
  if (family === 'DeadlineExceededError' && reason === '') {
    const limit = deadlineMs === undefined ? '' : ` of ${deadlineMs} ms`;
    return `${address} did not answer within the deadline${limit}: give the call a longer \`deadlineMs\``;
  }
  if (family === 'CancelledError' && cancelled !== undefined) return 'the call was cancelled by its caller';
  if (family === 'UnauthenticatedError') return `${said}; here it is \`apiKey\`, or ISOL8_API_KEY`;
  if (family === 'ResourceExhaustedError' && reason === '' && said.includes('larger than max')) {
    return `${said}: the answer does not fit into one message; take a stream, or ask for less`;
  }
  return said === '' ? `${address} answered with an error that says nothing` : said;
}

function isUnreachable(said: string): boolean {
  return /^(No connection established|Name resolution failed|Failed to connect)/.test(said);
}

function reasonIn(said: string): string {
  const why = said
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/\.?\s*Resolution note: *$/, '');
  return why || 'no reason given';
}
