import { type Runtime, WORKSPACE } from '../runtimes/runtime.ts';
import { GUEST_RUN_DIR } from '../sandbox/spec.ts';

/** What every program finds in its environment, whatever the image. */
const BASE: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: WORKSPACE,
  USER: 'sandbox',
  LOGNAME: 'sandbox',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
};

/** The variables by which TLS libraries are told what to trust. */
const CA_VARIABLES = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'DENO_CERT',
];

/**
 * The environment of a program, as `NAME=value`: the base, over it the image's, the runtime's, the certificates', and the
 * caller's. Nothing of the host's.
 */
export function programEnvironment(
  runtime: Runtime,
  imageEnvironment: readonly string[],
  hasCaBundle: boolean,
  callers: Readonly<Record<string, string>>,
): string[] {
  const certificates = hasCaBundle
    ? Object.fromEntries(CA_VARIABLES.map((name) => [name, `${GUEST_RUN_DIR}/ca.pem`]))
    : {};
  const image = Object.fromEntries(
    imageEnvironment.map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
  const all = { ...BASE, ...image, ...runtime.environment, ...certificates, ...callers };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}
