import type { Logger } from 'pino';
import type { DockerConnection } from '../docker/connect.ts';
import { guestBinaryPath } from '../guest/binary.ts';
import { ensureGuestVolume, type GuestVolume, guestFingerprint } from '../guest/volume.ts';

/** Where sandboxes get their guest from. */
export interface GuestSupply {
  /** The volume to mount and the digest that its guest greets with. The file in it has been checked. */
  current(): Promise<{ readonly volume: string; readonly digest: string }>;
  /** Checks the volume thoroughly and makes it anew where it is missing, empty or wrong. */
  repair(): Promise<void>;
}

/**
 * The guest of this build, in a volume on Docker. Where the volume can be seen from here, a file that changed since it
 * was checked is noticed before it is used; elsewhere the link's greeting tells.
 */
export class VolumeGuestSupply implements GuestSupply {
  readonly #docker: DockerConnection;
  readonly #log: Logger;
  #guest: GuestVolume;
  #repairing: Promise<void> | undefined;

  private constructor(docker: DockerConnection, log: Logger, guest: GuestVolume) {
    this.#docker = docker;
    this.#log = log;
    this.#guest = guest;
  }

  /**
   * Makes sure of the volume.
   *
   * @throws EngineError SANDBOX_START_FAILED when the guest is not built
   */
  static async open(docker: DockerConnection, log: Logger): Promise<VolumeGuestSupply> {
    const guest = await ensureGuestVolume(docker, guestBinaryPath(docker.info.architecture));
    return new VolumeGuestSupply(docker, log, guest);
  }

  async current(): Promise<{ readonly volume: string; readonly digest: string }> {
    if ((await guestFingerprint(this.#guest.hostPath)) !== this.#guest.fingerprint) await this.repair();
    return this.#guest;
  }

  repair(): Promise<void> {
    // Many sandboxes find the same fault at once; one repair is enough for all.
    this.#repairing ??= this.#repair().finally(() => {
      this.#repairing = undefined;
    });
    return this.#repairing;
  }

  async #repair(): Promise<void> {
    const before = this.#guest;
    this.#guest = await ensureGuestVolume(this.#docker, guestBinaryPath(this.#docker.info.architecture));
    this.#log.warn({ before: before.volume, now: this.#guest.volume }, 'the volume of the guest was checked again');
  }
}
