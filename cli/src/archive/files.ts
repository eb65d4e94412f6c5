import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ExitError } from "../errors.js";

/** Permissions of what a command creates. The umask may make them stricter; an existing file keeps its own. */
export interface Modes {
  file: number;
  folder: number;
}

/** Only the owner reads and writes. */
export const PRIVATE: Modes = { file: 0o600, folder: 0o700 };

/** The modes for `--file-mode`: who may read a file may also enter its folder. */
export function modesOf(file: number | undefined): Modes {
  return file === undefined ? PRIVATE : { file, folder: file | ((file & 0o444) >> 2) };
}

/** Windows has no such flag, and needs a privilege to make symbolic links. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const { O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } = constants;

/** Opens a file to append to it, and creates it if it is missing. */
export function openToAppend(path: string, { file }: Modes): Promise<FileHandle> {
  return openSafely(path, O_APPEND | O_CREAT | O_RDWR, file);
}

/** Creates a file. @throws Error `EEXIST` if anything has that name, a symbolic link too */
export function createFile(path: string, { file }: Modes): Promise<FileHandle> {
  return openSafely(path, O_APPEND | O_CREAT | O_EXCL | O_RDWR, file);
}

/** Opens a file that is written from its beginning: a draft. */
export function openDraft(path: string, mode: number): Promise<FileHandle> {
  return openSafely(path, O_CREAT | O_TRUNC | O_WRONLY, mode);
}

/** Opens an existing file to write over its beginning. */
export function openExisting(path: string): Promise<FileHandle> {
  return openSafely(path, O_WRONLY, 0);
}

/** Somebody who can write to the folder could lead a command to another file by a symbolic link. */
async function openSafely(path: string, flags: number, mode: number): Promise<FileHandle> {
  try {
    return await open(path, flags | NO_FOLLOW, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP" || code === "EMLINK") throw isALink(path);
    throw error;
  }
}

/** @throws ExitError 2 if a symbolic link has that name */
export async function refuseLink(path: string): Promise<void> {
  const found = await lstatIfAny(path);
  if (found?.isSymbolicLink()) throw isALink(path);
}

function isALink(path: string): ExitError {
  return new ExitError(
    2,
    `${path} is a symbolic link, which is not followed: delete it, or use another folder`,
  );
}

/** Replaces a file as a whole, durably. A kill at any moment leaves the old content or the new one. */
export async function replaceFile(path: string, content: string, modes: Modes): Promise<void> {
  const existing = await lstatIfAny(path);
  if (existing?.isSymbolicLink()) throw isALink(path);
  const file = await openDraft(`${path}.new`, existing === undefined ? modes.file : existing.mode & 0o777);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(dirname(path));
}

/** Creates a folder and those above it. */
export async function makeFolder(path: string, { folder }: Modes): Promise<void> {
  await mkdir(path, { recursive: true, mode: folder });
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and makes names durable by itself.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What has that name; a symbolic link is not followed. Undefined if nothing has. */
async function lstatIfAny(path: string) {
  return lstat(path).catch(undefinedIfMissing);
}

/** The file of that name. Undefined if there is none. */
export async function statIfAny(path: string) {
  return stat(path).catch(undefinedIfMissing);
}

export function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Shortens a file to a size. Never extends it, which would fill it with zeros. */
export async function cutBack(file: FileHandle, size: number): Promise<void> {
  if ((await file.stat()).size > size) await file.truncate(size);
}
