import { readFile } from "node:fs/promises";
import { ExitError } from "../errors.js";

/** The `Authorization` of the SIEM, from a file or `SIEM_TOKEN`. The value is never shown. */
export async function siemToken(file: string | undefined): Promise<string> {
  if (file === undefined) return variable("SIEM_TOKEN");
  const token = (await readFile(file, "utf8")).trim();
  if (token === "") throw new ExitError(2, `${file} is empty: it must contain the SIEM's Authorization`);
  return token;
}

/** A required environment variable. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new ExitError(2, `set the environment variable ${name}`);
  return value;
}
