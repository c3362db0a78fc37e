/** The guest did what ours never does: it has been taken over, or it is not ours. The sandbox ends at once. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** The guest cannot be reached any more: its container ended, or the connection to Docker did. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
}
