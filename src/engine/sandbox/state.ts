/**
 * What a sandbox can be. It is ready when its guest has greeted, serves one execution, and is removed or, where the policy
 * allows it, reset and ready again; or it is kept for a session and serves many, until the link is left to somebody else.
 * It is lost when its link or its container ends before we wanted that, or when its guest breaks the protocol.
 */
export type SandboxState = 'ready' | 'busy' | 'kept' | 'lost' | 'left' | 'removing' | 'removed';

const MOVES: Readonly<Record<SandboxState, readonly SandboxState[]>> = {
  ready: ['busy', 'kept', 'lost', 'removing'],
  busy: ['ready', 'lost', 'removing'],
  kept: ['lost', 'left', 'removing'],
  lost: ['left', 'removing'],
  left: [],
  removing: ['removed'],
  removed: [],
};

/** Whether a sandbox may go from one state to another. */
export function mayMove(from: SandboxState, to: SandboxState): boolean {
  return MOVES[from].includes(to);
}

/** A move that the table does not have: a fault of ours. */
export class IllegalMove extends Error {
  constructor(from: SandboxState, to: SandboxState) {
    super(`a sandbox that is ${from} cannot become ${to}`);
    this.name = 'IllegalMove';
  }
}
