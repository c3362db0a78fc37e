/** Every time and size that is not the operator's to choose, with a sentence each. Times in milliseconds. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** The guest gets this long to end an execution whose time is up, or that was cancelled, before the host kills its container. */
export const GUEST_GRACE_MS = 150;

/** An execution that has not ended this long after it had to is no longer held to its share of the processors. */
export const UNTHROTTLE_AFTER_MS = 10;

/** After the kill of an execution, its last output gets this long to be read. */
export const RUN_DRAIN_TIMEOUT_MS = 5_000;

/** Everything that a runtime class, or a seccomp profile, is tried with at the start; a busy host needs seconds. */
export const PROBE_TIMEOUT_MS = 30_000;

/** From the start of a container to its guest's greeting; a busy host needs seconds. */
export const GREETING_TIMEOUT_MS = 20_000;

/** For every answer of the guest that takes no work. */
export const GUEST_ANSWER_TIMEOUT_MS = 10_000;

/** Between two pings of a link. */
export const PING_INTERVAL_MS = 5_000;

/** Host and guest each end a sandbox when they have not heard from the other for this long: three pings. */
export const SILENCE_TIMEOUT_MS = 15_000;

/** For one request to Docker that should take milliseconds; a loaded daemon takes seconds. */
export const DOCKER_TIMEOUT_MS = 30_000;

/** From the request to remove a container until Docker says that it is gone. */
export const REMOVE_TIMEOUT_MS = 30_000;

/** Between two looks for containers of this server that nobody owns. */
export const SWEEP_INTERVAL_MS = 60_000;

/** A container younger than this is not swept: its creator may not have had Docker's answer yet. */
export const SWEEP_MIN_AGE_MS = 60_000;

/** An execution that ended stays known for this long, so that cancelling it again is not an error. */
export const ENDED_EXECUTION_TTL_MS = 10 * 60_000;

/** How many ended executions stay known. */
export const ENDED_EXECUTIONS_KEPT = 10_000;

/** Between two looks of the pool at what waits and what should. */
export const POOL_TICK_MS = 1_000;

/** A sandbox that has waited for this long is replaced. */
export const MAX_WAITING_AGE_MS = 15 * 60_000;

/** A sandbox that waits must answer in this time to be handed out. */
export const HAND_OUT_PING_MS = 250;

/**
 * After a sandbox was handed out nothing is started for the pool for this long: most programs are over by then, and Docker,
 * which carries what they say, has no other work meanwhile.
 */
export const REFILL_PAUSE_MS = 100;

/** Such pauses together never keep the pool from starting one for longer than this. */
export const REFILL_PAUSE_MAX_MS = 500;

/**
 * A sandbox in which nothing runs any more is removed this long after its result was given: its removal is work for all of
 * Docker and the kernel, and the answer is on its way then.
 */
export const REMOVAL_PAUSE_MS = 50;

/** The next interpreter of a session boots this long after a result was given, or when somebody wants it. */
export const BOOT_PAUSE_MS = 10;

/** After a sandbox could not be started for the pool, it is tried again after this long, then twice that, and so on. */
export const REFILL_RETRY_MS = 1_000;

/** The longest that the pool waits before it tries again. */
export const REFILL_RETRY_MAX_MS = 30_000;

/** A sandbox that was reset less than this ago is not asked whether it is there: it has just said so. */
export const JUST_RESET_MS = 1_000;

/** A sandbox that was used and reset is removed when its tenant has not wanted it again for this long. */
export const USED_IDLE_MS = 60_000;

/** Kinds of sandboxes whose demand is remembered. */
export const MAX_KINDS = 64;

/** Source that goes to the guest with the order to run it; what is larger is written as a file before. */
export const MAX_INLINE_CODE_BYTES = 1 * MIB;

/** Writing the files of a request. */
export const WRITE_FILES_TIMEOUT_MS = 60_000;

/** Between two answers of the guest while it reads files: to search a full workspace takes it seconds. */
export const READ_ANSWER_TIMEOUT_MS = 30_000;

/** The longest that a file call of a session waits for the guest each time; a directory of a million files takes seconds. */
export const FILE_ANSWER_TIMEOUT_MS = 60_000;

/** Reading output files, readers that do not read included. What has not been read by then is reported as missing. */
export const OUTPUT_FILES_TIMEOUT_MS = 5 * 60_000;

/** Tasks that the guest may have beside those of the code: its threads, file workers, and what it starts next. */
export const GUEST_TASKS = 64;

/** Memory of the guest and its file workers. */
export const GUEST_MEMORY_BYTES = 32 * MIB;

/** Size of /dev/shm, and of all System V shared memory together. */
export const SHM_BYTES = 64 * MIB;

/** The kernel's own memory for one file in memory: inode, directory entry and the slab around them. */
export const INODE_BYTES = 2 * KIB;

/** One inode for so many bytes of a file system in memory. */
export const BYTES_PER_INODE = 8 * KIB;

/** The least that a container's own limit of open files is, so that the guest has enough whatever its code may open. */
export const MIN_OPEN_FILES_LIMIT = 4096;

/** Output that waits for a slow reader before the program is held back; what the link holds comes on top. */
export const OUTPUT_QUEUE_BYTES = 256 * KIB;

/** Output that waits for a reader when the program is being ended and nothing is held back: what is beyond is dropped and counted. */
export const ENDING_QUEUE_BYTES = 8 * MIB;

/** What an event that waits takes beside its content; programs that write single bytes would otherwise wait for free. */
export const EVENT_BYTES = 512;

/** Names of files that could not be given back, of one execution; the rest is counted. */
export const MISSING_PATHS_BYTES = 256 * KIB;

/** Output files of one execution. */
export const MAX_OUTPUT_FILES = 10_000;

/** A session lives for this long when nobody says how long. */
export const SESSION_LIFETIME_MS = 60 * 60_000;

/** A session that nothing has used for this long ends when nobody says otherwise. */
export const SESSION_IDLE_TIMEOUT_MS = 10 * 60_000;

/** The guest of a session ends by itself this long after the server should have ended it. */
export const SESSION_LEASE_GRACE_MS = 5_000;

/** Executions that run in one session at once. */
export const SESSION_MAX_EXECUTIONS = 16;

/** In a session a guest gets this long to end an execution: others live beside it. */
export const SESSION_GRACE_MS = 5_000;

/** A cell that was interrupted gets this long before its context is ended. */
export const CELL_GRACE_MS = 2_000;

/** Displays and errors of one cell. */
export const DISPLAY_BYTES = 4 * MIB;

/** For a new link to a session's sandbox; a busy host, and one that is full of the code's processes, needs seconds. */
export const RELINK_TIMEOUT_MS = 20_000;

/** Between two tries. */
export const RELINK_PAUSE_MS = 250;

/** Links that are opened at once. */
export const RELINKS_AT_ONCE = 4;

/** A session that has ended is told for this long, as long as no other has its id. */
export const ENDED_SESSION_TTL_MS = 10 * 60_000;

/** How many ended sessions are told. */
export const ENDED_SESSIONS_KEPT = 1_000;

/** Standard input of an execution that waits to be taken by its program; what the link holds comes on top. */
export const INPUT_QUEUE_BYTES = 64 * KIB;

/** Attempts of the self-test that run at once; some take two sandboxes. */
export const SELF_TEST_LANES = 4;
