import { join } from 'node:path';

/** The project's own directory. */
export const PROJECT_DIR = join(import.meta.dirname, '..', '..');

/** Recipes of the images. */
export const IMAGES_DIR = join(PROJECT_DIR, 'images');

/** Sources of the guest. */
export const GUEST_DIR = join(PROJECT_DIR, 'guest');

/** What the set-up makes on this machine; removed by `make clean`. */
export const TOOLS_DIR = join(PROJECT_DIR, '.tools');

/** The guest for a Docker of this architecture, once `isol8 setup` has built it. */
export function guestBinaryPath(architecture: string): string {
  return join(TOOLS_DIR, `isol8-guest-${architecture}`);
}
