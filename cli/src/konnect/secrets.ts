import { ExitError } from "../errors.js";
import { readText } from "./read-text.js";

/** What deliveries may have in `Authorization`: each file's content, or `SIEM_TOKEN`. The values are never shown. */
export async function siemTokens(files: readonly string[] | undefined): Promise<string[]> {
  if (files === undefined) return [await siemToken(undefined)];
  return Promise.all(files.map(siemToken));
}

/** The `Authorization` of the SIEM, from a file or `SIEM_TOKEN`. The value is never shown. */
export async function siemToken(file: string | undefined): Promise<string> {
  const name = file ?? "SIEM_TOKEN";
  // Secrets of Kubernetes often end in a line feed.
  const token = (file === undefined ? (process.env.SIEM_TOKEN ?? "") : await readText(file)).trim();
  if (token === "" && file === undefined)
    throw new ExitError(2, "no authorization of the SIEM: give --siem-token-file, or set SIEM_TOKEN");
  if (token === "") throw new ExitError(2, `${file} is empty: it must contain the SIEM's Authorization`);
  if (/\p{Cc}/u.test(token))
    throw new ExitError(2, `${name} has a line break or control character: no HTTP header can match it`);
  return token;
}
