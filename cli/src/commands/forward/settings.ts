import { ExitError } from "../../errors.js";
import { readText } from "../../konnect/read-text.js";
import type { ForwardOptions } from "./options.js";

/** `--url`, checked: without a slash at its end, except for plain HTTP, whose URL is taken as it is. Empty for a target without one. */
export function targetUrl({ to, url = "" }: ForwardOptions): string {
  if ((to === "cloudwatch" || to === "s3") && url === "") return "";
  if (url === "") throw new ExitError(2, "--url is required: the URL of the target");
  const schemes = to === "syslog" ? ["tls:", "tcp:"] : ["https:", "http:"];
  // `localhost:8088` is a URL too, with the scheme "localhost".
  if (!/^[a-z]+:\/\//i.test(url))
    throw new ExitError(2, `--url needs a scheme: ${schemes[0]}//${url.replace(/^\/+/, "")}`);
  if (!URL.canParse(url) || !schemes.includes(new URL(url).protocol))
    throw new ExitError(
      2,
      `--url must be a URL with ${schemes.map((one) => `${one}//`).join(" or ")} for ${to}`,
    );
  const { username, password, port } = new URL(url);
  if (username || password)
    throw new ExitError(
      2,
      "credentials in --url are visible to others: use SIEM_CREDENTIAL or --credential-file",
    );
  if (to === "syslog" && port === "")
    throw new ExitError(2, "--url needs a port: tls://host:6514 or tcp://host:514");
  return to === "http" ? url : url.replace(/\/$/, "");
}

export async function readCredential(file: string | undefined): Promise<string | undefined> {
  const credential = file === undefined ? process.env.SIEM_CREDENTIAL : (await readText(file)).trim();
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
  for (const [i, line] of (await readText(file)).split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    // A token and a field value of HTTP (RFC 9110, 5.1 and 5.5).
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new ExitError(2, `${file}:${i + 1} is not a header: write one "Name: value" a line`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
