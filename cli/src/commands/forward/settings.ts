import { readFile } from "node:fs/promises";
import { ExitError } from "../../errors.js";
import type { ForwardOptions } from "./options.js";

/** `--url` without a slash at its end. */
export function targetUrl({ to, url = "" }: ForwardOptions): string {
  if (to === "cloudwatch" && url === "") return "";
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new ExitError(2, "--url is required: the URL of the target");
  const { username, password } = new URL(url);
  if (username || password)
    throw new ExitError(
      2,
      "credentials in --url are visible to others: use SIEM_CREDENTIAL or --credential-file",
    );
  return url.replace(/\/$/, "");
}

export async function readCredential(file: string | undefined): Promise<string | undefined> {
  const credential = file === undefined ? process.env.SIEM_CREDENTIAL : (await readFile(file, "utf8")).trim();
  if (credential !== undefined && !/^[\x20-\x7e]+$/.test(credential))
    throw new ExitError(
      2,
      `${file ?? "SIEM_CREDENTIAL"} is empty or not a valid header value; does it contain a line break?`,
    );
  return credential;
}

/** The headers of a file, one `Name: value` a line. The values are never shown. */
export async function readHeaders(file: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [i, line] of (await readFile(file, "utf8")).split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    // A token and a field value of HTTP (RFC 9110, 5.1 and 5.5).
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new ExitError(2, `${file}:${i + 1} is not a header: write one "Name: value" a line`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
