import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { archivesIn } from "../../archive/archives.js";
import { Lease } from "../../archive/lease.js";
import { listReaders } from "../../archive/positions.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { positionsFolder } from "./from-archive.js";

/** Ends a reader: retention does not wait for it any more, and the next run with its name starts over. */
export async function forget(
  reader: string,
  args: readonly string[],
  { state }: { state?: string | undefined },
  context: Context,
): Promise<void> {
  if (args.length !== 1 && state === undefined)
    throw new ExitError(2, "--forget belongs to one archive folder: give it, or --state");
  const archives =
    args[0] !== undefined && (await stat(args[0])).isDirectory() ? await archivesIn(args[0]) : [];
  const folders =
    state === undefined ? archives.map((archive) => positionsFolder(archive, undefined)) : [state];
  let isFound = false;
  const known: string[] = [];
  for (const folder of folders) {
    const readers = await listReaders(folder);
    known.push(...readers);
    // With --state, the name of the archive follows.
    const isMeant = (name: string) =>
      name === reader || (state !== undefined && name.startsWith(`${reader}-`));
    for (const name of readers.filter(isMeant)) {
      isFound = true;
      const lease = await Lease.take(join(folder, `${name}.lease`), context);
      await rm(join(folder, `${name}.json`), { force: true }).finally(() => lease.release());
      context.log.info(`✓ ${name} has no position in ${folder} any more; its dead letters stay`);
    }
  }
  if (!isFound)
    throw new ExitError(2, `no reader ${reader}${known.length > 0 ? `: there are ${known.join(", ")}` : ""}`);
}
