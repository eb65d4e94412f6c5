import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ExitError } from "../errors.js";
import type { Log } from "../output/log.js";
import { type Modes, replaceFile, undefinedIfMissing } from "./files.js";
import { listSegments } from "./segments.js";

/** How records come into an archive. */
type ArchiveSource = "deliveries" | "pull";

/** `archive.json`: whose records an archive has. */
export interface ArchiveInfo {
  version: 1;
  source: ArchiveSource;
  /** The base URLs of the regions. Empty until one is known. */
  baseUrls: string[];
  /** Null until a record told it. */
  organization: string | null;
  /** RFC 3339. Tells an archive from a later one in the same folder. */
  created: string;
}

/** What a command is about to write. */
export interface WantedSource {
  source: ArchiveSource;
  baseUrls: readonly string[];
  /** Lets `baseUrls` extend those of the archive. */
  addRegion?: boolean | undefined;
}

export const INFO = "archive.json";

/** The information of an archive. Undefined for a folder without `archive.json`. */
export async function readInfo(folder: string): Promise<ArchiveInfo | undefined> {
  const path = join(folder, INFO);
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  if (text === undefined) return undefined;
  const info = parse(text);
  if (info === undefined) throw new ExitError(2, `${path} is broken: restore it from a backup`);
  if (info.version !== 1)
    throw new ExitError(
      2,
      `${path} has version ${info.version}: a newer konnect-audit wrote it; use that one`,
    );
  return info;
}

function parse(text: string): ArchiveInfo | undefined {
  try {
    const { version, source, baseUrls, organization, created } = JSON.parse(text);
    if (typeof version !== "number" || (source !== "deliveries" && source !== "pull")) return undefined;
    if (!Array.isArray(baseUrls) || !baseUrls.every((url) => typeof url === "string")) return undefined;
    if (organization !== null && typeof organization !== "string") return undefined;
    return typeof created === "string"
      ? { version: version as 1, source, baseUrls, organization, created }
      : undefined;
  } catch {
    return undefined;
  }
}

export async function writeInfo(folder: string, info: ArchiveInfo, modes: Modes): Promise<void> {
  await replaceFile(join(folder, INFO), `${JSON.stringify(info)}\n`, modes);
}

/**
 * The information of the archive that a command writes to: made for a new folder, added to a folder of 1.0.0-rc.1, extended by
 * base URLs that were not known.
 *
 * @throws ExitError 2 for an archive of another source, both named
 */
export async function openInfo(
  folder: string,
  wanted: WantedSource,
  { modes, log }: { modes: Modes; log: Log },
): Promise<ArchiveInfo> {
  const found = await readInfo(folder);
  const known = found ?? {
    version: 1,
    ...{ source: wanted.source, baseUrls: [], organization: null, created: new Date().toISOString() },
  };
  if (known.source !== wanted.source)
    throw new ExitError(
      2,
      `${folder} is an archive of ${NAMES[known.source]}, this command writes ${NAMES[wanted.source]}: use another folder`,
    );
  const more = wanted.baseUrls.filter((url) => !known.baseUrls.includes(url));
  if (known.baseUrls.length > 0 && more.length > 0 && wanted.addRegion !== true)
    throw new ExitError(
      2,
      `${folder} is an archive of ${known.baseUrls.join(", ")}, not of ${more.join(", ")}: use another folder${wanted.source === "deliveries" ? ", or add the region with --add-region" : ""}`,
    );
  const info: ArchiveInfo = { ...known, baseUrls: [...known.baseUrls, ...more] };
  if (found === undefined && (await listSegments(folder)).length > 0)
    log.info(`${folder} is an archive of 1.0.0-rc.1: ${INFO} was added to it`);
  if (found === undefined || more.length > 0) await writeInfo(folder, info, modes);
  return info;
}

const NAMES: Record<ArchiveSource, string> = {
  deliveries: "deliveries (listen)",
  pull: "pulled records (pull)",
};
