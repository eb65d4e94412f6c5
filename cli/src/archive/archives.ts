import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ExitError } from "../errors.js";
import { statIfAny, undefinedIfMissing } from "./files.js";
import { INFO } from "./info.js";
import { parseSegmentName } from "./segments.js";

/**
 * The archives that a folder means: itself, or the archives in it, in the order of their names (`DIR/<region>/`).
 *
 * @throws ExitError 2 for a folder that is not an archive
 */
export async function archivesIn(folder: string): Promise<string[]> {
  const archives = await find(folder);
  if (archives.length > 0) return archives;
  throw new ExitError(
    2,
    `${folder} is not an archive: it has neither ${INFO} nor segments (audit-....log). Give files`,
  );
}

/** Whether a folder is or holds an archive. */
export async function hasArchive(folder: string): Promise<boolean> {
  return (await find(folder)).length > 0;
}

async function find(folder: string): Promise<string[]> {
  if (await isArchive(folder)) return [folder];
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isFile());
  const archives: string[] = [];
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
    if (await isArchive(join(folder, name))) archives.push(join(folder, name));
  return archives;
}

/** A folder of 1.0.0-rc.1 has segments, but no `archive.json`. */
async function isArchive(folder: string): Promise<boolean> {
  if (!(await statIfAny(folder))?.isDirectory()) return false;
  const names = (await readdir(folder).catch(undefinedIfMissing)) ?? [];
  return names.some((name) => name === INFO || parseSegmentName(name) !== undefined);
}
