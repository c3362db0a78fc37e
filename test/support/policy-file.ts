import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An operator's policy file, and what stands beside it. Disposing of it removes both. */
export interface PolicyFile extends AsyncDisposable {
  /** For a server. */
  readonly environment: { readonly ISOL8_POLICY_FILE: string };
}

/**
 * Writes a policy file in a folder of its own.
 *
 * @param policy YAML takes JSON
 * @param beside more files, by name: text as it is, everything else as JSON
 */
export async function writePolicyFile(
  policy: object,
  beside: Readonly<Record<string, string | object>> = {},
): Promise<PolicyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'isol8-policy-'));
  const path = join(folder, 'policy.yaml');
  await writeFile(path, JSON.stringify(policy));
  for (const [name, content] of Object.entries(beside)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return {
    environment: { ISOL8_POLICY_FILE: path },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
