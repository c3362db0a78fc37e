/** Names of everything isol8 makes in Docker: one prefix, so that one filter finds it all. */
export const LABELS = {
  /** Id of the server (of its data directory) that owns a container. */
  instance: 'isol8.instance',
  /** What an object is for: `sandbox`, `guest`, `verify`, `runtime`, `base`. */
  purpose: 'isol8.purpose',
  /** The runtime of a sandbox or image. */
  runtime: 'isol8.runtime',
  /** The uid of a sandbox's code. */
  uid: 'isol8.uid',
  /** Digest of what an image or volume was made from. */
  digest: 'isol8.digest',
  /** Version of an image's interpreter. */
  runtimeVersion: 'isol8.runtime-version',
} as const;

/** Every sandbox's container name begins with it; the rest is random and tells nothing. */
export const CONTAINER_PREFIX = 'isol8-';
