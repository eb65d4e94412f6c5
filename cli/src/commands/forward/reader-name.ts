import { createHash } from "node:crypto";
import { ExitError } from "../../errors.js";
import type { ForwardOptions } from "./options.js";

/** Whatever tells one target from another: each has a position of its own. */
export function identityOf(
  { to, index, group, stream, tenant, bucket, prefix, endpoint }: ForwardOptions,
  url: string,
): Record<string, string> {
  // CloudWatch finds its region and account in the environment.
  const { AWS_REGION: region, AWS_PROFILE: profile } = process.env;
  const all = {
    ...{ to, url: to === "http" ? withoutSecret(url) : url },
    ...(to === "elastic" && { index }),
    ...(to === "cloudwatch" && { group, stream, region, profile }),
    ...(to === "loki" && { tenant }),
    ...(to === "s3" && { bucket, prefix, endpoint }),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

/** The URL of a plain HTTP source often has its key in the path: the host, and a hash of the rest. */
function withoutSecret(url: string): string {
  return `${new URL(url).origin}#${createHash("sha256").update(url).digest("hex").slice(0, 16)}`;
}

/** `--name`, or the target and a hash of what tells it from others. */
export function readerName(name: string | undefined, identity: Record<string, string>): string {
  if (name === undefined) {
    const text = JSON.stringify(Object.entries(identity).sort());
    return `${identity.to}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
  }
  // It becomes a file name.
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new ExitError(2, `--name ${name}: use letters, digits, dots, hyphens and underscores`);
}

/** @throws ExitError 2 if the name already means another target */
export function checkIdentity(
  reader: string,
  known: Record<string, string>,
  asked: Record<string, string>,
): void {
  const names = [...new Set([...Object.keys(known), ...Object.keys(asked)])];
  const different = names.filter((name) => known[name] !== asked[name]);
  if (different.length === 0) return;
  const what = different
    .map((name) => `${name} ${known[name] ?? "none"}, not ${asked[name] ?? "none"}`)
    .join("; ");
  throw new ExitError(2, `the reader ${reader} is of another target (${what}): choose another --name`);
}
