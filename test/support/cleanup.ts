import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pending: (() => unknown)[] = [];

/** Runs `undo` after the test, the last one registered first. */
export function cleanup(undo: () => unknown): void {
  pending.push(undo);
}

/** Undoes what the test did; `setup.ts` calls it after each one. */
export async function undoAll(): Promise<void> {
  for (const undo of pending.splice(0).reverse()) await undo();
}

/** An empty folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  cleanup(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
