import type { Logger } from 'pino';
import type { DockerConnection } from '../docker/connect.ts';
import { ensureGuestVolume, type GuestVolume, guestFingerprint } from '../guest/volume.ts';
import { type Owner, ownerLabels } from './labels.ts';

/** Where sandboxes get their guest from. */
export interface GuestSupply {
  /** The volume to mount and the digest that its guest greets with. The file in it has been checked. */
  current(): Promise<{ readonly volume: string; readonly digest: string }>;
  /** Checks the volume thoroughly and makes it anew where it is missing, empty or wrong. */
  repair(): Promise<void>;
}

/** The guest in its volume, watched: a file that was touched since it was checked is never started. */
export class VolumeGuestSupply implements GuestSupply {
  readonly #docker: DockerConnection;
  readonly #binary: string;
  readonly #owner: Owner;
  readonly #log: Logger;
  /** One check serves all who ask while it runs; undefined when the next one must check. */
  #checked: Promise<GuestVolume> | undefined;

  private constructor(docker: DockerConnection, binary: string, owner: Owner, log: Logger) {
    this.#docker = docker;
    this.#binary = binary;
    this.#owner = owner;
    this.#log = log;
  }

  /**
   * Makes sure of the volume.
   *
   * @param binary path of the guest on this machine
   * @throws EngineError SANDBOX_START_FAILED when the guest is not built, or no volume can be made right
   */
  static async open(docker: DockerConnection, binary: string, owner: Owner, log: Logger): Promise<VolumeGuestSupply> {
    const supply = new VolumeGuestSupply(docker, binary, owner, log);
    await supply.#ensure();
    return supply;
  }

  async current(): Promise<GuestVolume> {
    const checked = this.#checked;
    const guest = await this.#ensure();
    if (checked === undefined || (await guestFingerprint(guest.hostPath)) === guest.fingerprint) return guest;
    this.#log.warn({ volume: guest.volume }, 'the volume of the guest was changed by somebody: checking it');
    this.#distrust(checked);
    return this.#ensure();
  }

  async repair(): Promise<void> {
    this.#distrust(this.#checked);
    await this.#ensure();
  }

  /** Makes the next one check, unless somebody has begun to since `checked` was looked at. */
  #distrust(checked: Promise<GuestVolume> | undefined): void {
    if (this.#checked === checked) this.#checked = undefined;
  }

  #ensure(): Promise<GuestVolume> {
    const checked = this.#checked ?? ensureGuestVolume(this.#docker, this.#binary, ownerLabels(this.#owner));
    this.#checked = checked;
    checked.catch(() => this.#distrust(checked));
    return checked;
  }
}
