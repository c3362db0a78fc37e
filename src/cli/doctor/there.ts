import { readFileSync } from 'node:fs';
import { ChannelCredentials, ClientError, createChannel, createClient, Metadata, Status } from 'nice-grpc';
import { ConfigError } from '../../config.ts';
import { adminDefinition } from '../../service/admin-service.ts';
import { fromSelfTestResult } from '../../service/convert/self-test.ts';
import { isol8Definition } from '../../service/isol8-service.ts';
import type { SetupFinding } from '../../setup/check.ts';
import { CommandError } from '../../setup/command.ts';
import type { Examination, Wanted } from './examination.ts';

/** A server that runs. */
export interface Remote {
  /** `host:port`, or `unix:/path`. */
  readonly address: string;
  readonly key: string;
  /** PEM of what signs its certificate; without TLS when it is unset. */
  readonly caFile?: string;
}

/**
 * Asks a server to make the attempts on its host.
 *
 * @throws CommandError with one line when it does not answer or refuses; ConfigError
 */
export async function examineThere(remote: Remote, wanted: Wanted, signal: AbortSignal): Promise<Examination> {
  const channel = createChannel(remote.address, credentials(remote));
  try {
    const metadata = Metadata({ authorization: `Bearer ${remote.key}` });
    const options = { '*': { metadata, signal } };
    const info = await createClient(isol8Definition, channel, options).getServerInfo({});
    const setup = [
      { name: 'isol8', state: 'ok' as const, detail: `${info.version} at ${remote.address}` },
      {
        name: 'docker',
        state: 'ok' as const,
        detail: `${info.containerEngine?.version}, API ${info.containerEngine?.apiVersion}`,
      },
      ...info.runtimes.map(({ name, version, available }): SetupFinding => {
        return { name: `${name} image`, ...(available ? OK(version) : MISSING) };
      }),
    ];
    const { cases, profile, seccomp } = wanted;
    const policy = { ...(profile && { profile }), ...(seccomp && { isolation: { seccomp } }) };
    const { results } = await createClient(adminDefinition, channel, options).runSelfTest({
      cases: [...cases],
      policy,
    });
    return { setup, attempts: results.map(fromSelfTestResult) };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new CommandError(`${remote.address}: ${Status[error.code]}: ${error.details}`, { cause: error });
  } finally {
    channel.close();
  }
}

const OK = (detail: string) => ({ state: 'ok' as const, detail });
const MISSING = { state: 'failed' as const, detail: 'is missing' };

function credentials({ caFile }: Remote): ChannelCredentials {
  if (caFile === undefined) return ChannelCredentials.createInsecure();
  try {
    return ChannelCredentials.createSsl(readFileSync(caFile));
  } catch (error) {
    throw new ConfigError(`--ca: ${(error as Error).message}`);
  }
}
