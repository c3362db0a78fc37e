import { join } from 'node:path';

/** What `make setup` makes on this machine; `make clean` removes it. */
export const TOOLS_DIR = join(import.meta.dirname, '..', '..', '..', '.tools');

/** The guest for a Docker of this architecture, once `make setup` has built it. */
export function guestBinaryPath(architecture: string): string {
  return join(TOOLS_DIR, `isol8-guest-${architecture}`);
}
