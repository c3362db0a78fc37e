import type { Attempt } from './attempt.ts';
import { CGROUPS } from './attempts/cgroups.ts';
import { DEVICES } from './attempts/devices.ts';
import { EXHAUSTION } from './attempts/exhaustion.ts';
import { FILES } from './attempts/files.ts';
import { GUEST } from './attempts/guest.ts';
import { HOST } from './attempts/host.ts';
import { KERNEL } from './attempts/kernel.ts';
import { LEFTOVERS } from './attempts/leftovers.ts';
import { MOUNTS } from './attempts/mounts.ts';
import { NAMESPACES } from './attempts/namespaces.ts';
import { NETWORK } from './attempts/network.ts';
import { PRIVILEGES } from './attempts/privileges.ts';
import { PROC_AND_SYS } from './attempts/proc-sys.ts';

/** Every attempt, in the order of reports. */
export const ATTEMPTS: readonly Attempt[] = [
  ...NAMESPACES,
  ...MOUNTS,
  ...PROC_AND_SYS,
  ...CGROUPS,
  ...DEVICES,
  ...PRIVILEGES,
  ...KERNEL,
  ...GUEST,
  ...FILES,
  ...NETWORK,
  ...HOST,
  ...LEFTOVERS,
  ...EXHAUSTION,
];
