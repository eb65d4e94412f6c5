import { readFile } from "node:fs/promises";
import { ExitError } from "../errors.js";

/** The text of a small file that an option names. The content is never shown. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    // Node does not say which one.
    if ((error as NodeJS.ErrnoException).code === "EISDIR")
      throw new ExitError(2, `${file} is a folder: give a file`);
    throw error;
  }
}
