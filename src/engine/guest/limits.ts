/**
 * What the host holds a guest to. Each is more than our own guest ever needs; the first one that is passed ends the
 * sandbox with a ProtocolViolation. Sizes in bytes, times in milliseconds.
 */
export const LINK_LIMITS = {
  /** One message; checked against its prefix, before anything is allocated. */
  messageBytes: 128 * 1024,
  /** One piece of output or of a file. */
  chunkBytes: 64 * 1024,
  /** Headers or trailers of one answer. */
  headerBytes: 8 * 1024,
  /** Header fields of one answer. */
  headerFields: 16,
  /** Calls that are open at once on one link. */
  openCalls: 64,
  /** Unread bytes of one call, after which its sender waits. */
  callWindowBytes: 1024 * 1024,
  /** Unread bytes of a link: more than all calls together can have, so that stalled readers never hold up control. */
  linkWindowBytes: 2 ** 31 - 1,
  /** Bytes that are no message: this much at any time … */
  overheadBytes: 4 * 1024 * 1024,
  /** … and this much more for every message … */
  overheadBytesPerMessage: 64,
  /** … and every second. */
  overheadBytesPerSecond: 16 * 1024,
  /** Length of one text that people read. */
  textLength: 4 * 1024,
} as const;
