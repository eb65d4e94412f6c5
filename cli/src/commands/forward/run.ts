import { stat } from "node:fs/promises";
import { modesOf } from "../../archive/files.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { STDIN } from "../../inputs/sources.js";
import { noHealth, openHealth } from "../../service/health.js";
import { Reloader } from "../../service/reload.js";
import { untilStopped } from "../../service/until-stopped.js";
import { forget } from "./forget.js";
import { waitForArchive } from "./from-archive.js";
import { openTarget } from "./open-target.js";
import type { ForwardOptions } from "./options.js";
import { identityOf, readerName } from "./reader-name.js";
import { targetUrl } from "./settings.js";
import { forwardToTarget } from "./to-target.js";

/** Forwards an archive, files, or the stream of JetStream. */
export async function forward(
  args: readonly string[],
  options: ForwardOptions,
  context: Context,
): Promise<void> {
  const { to, jetstream, follow, resend } = options;
  if (options.forget !== undefined) return forget(options.forget, args, options, context);
  if (to === undefined) throw new ExitError(2, "--to is required: the SIEM");
  if (options.test) {
    if (args.length > 0) throw new ExitError(2, "--test sends a record of its own: leave the files out");
    if (to === "s3") return (await import("./to-s3.js")).testBucket(options, context);
    const { testTarget } = await import("./test-target.js");
    return testTarget(await openTarget(options, targetUrl(options)), to, context);
  }
  if (jetstream !== undefined && args.length > 0)
    throw new ExitError(2, "--jetstream cannot be used with files or a folder: give one of them");
  if (jetstream === undefined && args.length === 0 && !(resend && options.state))
    throw new ExitError(2, "give an archive folder or files to forward, or --jetstream");
  const folder = await folderOf(args);
  if (follow && (folder === undefined || resend))
    throw new ExitError(2, "--follow reads one archive folder: give the folder of listen or pull --folder");
  if (to === "s3" && (folder === undefined || resend))
    throw new ExitError(
      2,
      "s3 takes the segments of one archive folder: give the folder of listen or pull --folder",
    );
  const url = targetUrl(options);
  const identity = identityOf(options, url);
  const reader = readerName(options.name, identity);
  // A reader of JetStream goes on until it is stopped too.
  const isService = follow || jetstream !== undefined;
  const reloader = isService ? new Reloader(context) : undefined;
  const health = isService ? await openHealth(options, "forward", context, { target: to }) : noHealth;
  const run = async () => {
    if (follow && folder !== undefined) await waitForArchive(folder, context);
    const how = { url, identity, reader, modes: modesOf(options.fileMode), reloader };
    if (to === "s3" && folder !== undefined)
      await (await import("./to-s3.js")).forwardToS3(folder, options, how, context, health);
    else await forwardToTarget({ args, folder, to }, options, how, context, health);
  };
  try {
    await (isService ? untilStopped(context, run) : run());
  } finally {
    await health.close();
  }
}

/** The folder, if the arguments are one. */
async function folderOf(args: readonly string[]): Promise<string | undefined> {
  const folders: string[] = [];
  for (const arg of args) if (arg !== STDIN && (await stat(arg)).isDirectory()) folders.push(arg);
  if (folders.length > 0 && args.length > 1)
    throw new ExitError(2, `give one archive folder, or files: ${args.join(", ")}`);
  return folders[0];
}
