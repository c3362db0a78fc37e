/** Where sandboxes get their guest from. */
export interface GuestSupply {
  /** The volume to mount and the digest that its guest greets with. The file in it has been checked. */
  current(): Promise<{ readonly volume: string; readonly digest: string }>;
  /** Checks the volume thoroughly and makes it anew where it is missing, empty or wrong. */
  repair(): Promise<void>;
}
