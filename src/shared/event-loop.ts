/** Gives the event loop a turn: other work that waits goes first. */
export function nextTurn(): Promise<void> {
  // Browsers lack the first.
  return new Promise((resolve) => void (globalThis.setImmediate ?? setTimeout)(resolve));
}
