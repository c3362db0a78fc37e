import { join } from 'node:path';

const PROJECT_DIR = join(import.meta.dirname, '..', '..');

/** Recipes of the images. */
export const IMAGES_DIR = join(PROJECT_DIR, 'images');

/** Sources of the guest. */
export const GUEST_DIR = join(PROJECT_DIR, 'guest');
