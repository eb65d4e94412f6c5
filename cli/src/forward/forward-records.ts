import { access, constants, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.js";
import { ExitError } from "../errors.js";
import { countOf } from "../output/count.js";
import { takeLock } from "../state/lock.js";
import { forwardFiles } from "./files.js";
import { forward } from "./forward.js";
import { forwardStream } from "./jetstream.js";
import type { Item } from "./target.js";
import { targets } from "./targets/index.js";

/** The options of `forward`. */
export interface ForwardRecordsOptions {
  to: keyof typeof targets;
  url?: string | undefined;
  credentialFile?: string | undefined;
  index?: string | undefined;
  group?: string | undefined;
  stream?: string | undefined;
  jetstream?: string | undefined;
  name?: string | undefined;
  state: string;
  deadLetter?: string | undefined;
  batch: number;
  minWait: number;
}

/** Forwards files, or the stream until a signal ends it. */
export async function forwardRecords(
  files: readonly string[],
  options: ForwardRecordsOptions,
  context: Context,
): Promise<void> {
  const { to, jetstream, name = `siem-${to}`, state, batch, index, group, stream } = options;
  if (jetstream === undefined && files.length === 0)
    throw new ExitError(2, "give files to forward, or --jetstream");
  for (const file of files) await access(file, constants.R_OK);
  const url = targetUrl(options);
  const credential = await readCredential(options.credentialFile);
  const target = await targets[to]({ url, credential, index, group, stream, log: context.log });
  await mkdir(state, { recursive: true });
  let refused = 0;
  const limits = {
    ...context,
    deadLetter: options.deadLetter ?? join(state, "dead-letter.jsonl"),
    minTimeout: options.minWait,
    onDeadLetter: () => void refused++,
  };
  const send = (items: Item[]) => forward(items, target, limits);
  if (jetstream !== undefined)
    return forwardStream({ servers: jetstream.split(","), name, size: batch }, send, context);
  const path = join(state, `forward-${to}.json`);
  const release = await takeLock(path);
  try {
    const count = await forwardFiles(files, { size: batch, state: path }, send, context);
    context.log.info(`✓ ${countOf(count - refused, "record")} forwarded to ${to}`);
  } finally {
    await release();
  }
  if (refused > 0)
    throw new ExitError(1, `${to} refused ${countOf(refused, "record")}: see ${limits.deadLetter}`);
}

function targetUrl({ to, url = "" }: ForwardRecordsOptions): string {
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

async function readCredential(file: string | undefined): Promise<string | undefined> {
  const credential = file === undefined ? process.env.SIEM_CREDENTIAL : (await readFile(file, "utf8")).trim();
  if (credential !== undefined && !/^[\x20-\x7e]+$/.test(credential))
    throw new ExitError(
      2,
      `${file ?? "SIEM_CREDENTIAL"} is empty or not a valid header value; does it contain a line break?`,
    );
  return credential;
}
