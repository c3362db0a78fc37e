/** Names of the labels on Docker objects that isol8 makes; one prefix, so that they are found and never mixed up. */
export const LABELS = {
  /** Id of the server (its data directory) that made the object and alone may remove it. */
  instance: 'isol8.instance',
  /** Id of the run of that server: what an earlier run made is nobody's. */
  process: 'isol8.process',
  /** Uid of the code in this sandbox. */
  uid: 'isol8.uid',
  /** Runtime that an image or a sandbox is for. */
  runtime: 'isol8.runtime',
  /** Version of the interpreter in an image, as "3.11.2". */
  runtimeVersion: 'isol8.runtime-version',
  /** SHA-256 of everything that an image or a volume was made from. */
  digest: 'isol8.digest',
  /** What an object is for: one of `PURPOSES`. */
  purpose: 'isol8.purpose',
} as const;

/** Values of `LABELS.purpose`. */
export const PURPOSES = {
  sandbox: 'sandbox',
  /** A runtime's image, or the base that it stands on. */
  runtimeImage: 'runtime-image',
  /** The one-file image and the volume that bring the guest into sandboxes. */
  guest: 'guest',
  /** A short-lived container of the set-up. */
  setup: 'setup',
} as const;

/** A run of a server, by the values of two labels. */
export interface Owner {
  readonly instance: string;
  readonly process: string;
}

/** The labels of an object that a server made. */
export function ownerLabels({ instance, process }: Owner): Record<string, string> {
  return { [LABELS.instance]: instance, [LABELS.process]: process };
}

/** Whether this very run of the server made an object. */
export function isFrom({ instance, process }: Owner, labels: Readonly<Record<string, string>>): boolean {
  return labels[LABELS.instance] === instance && labels[LABELS.process] === process;
}
