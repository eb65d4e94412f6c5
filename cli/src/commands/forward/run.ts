import { stat } from "node:fs/promises";
import { join } from "node:path";
import { archivesIn } from "../../archive/archives.js";
import { makeFolder, modesOf } from "../../archive/files.js";
import type { Context } from "../../context.js";
import { ExitError } from "../../errors.js";
import { STDIN } from "../../inputs/sources.js";
import { noHealth, openHealth } from "../../service/health.js";
import { Reloader } from "../../service/reload.js";
import type { Item } from "../../targets/target.js";
import { DeadLetters } from "./dead-letters.js";
import { forget } from "./forget.js";
import { forwardArchives, positionsFolder, waitForArchive } from "./from-archive.js";
import { forwardFiles } from "./from-files.js";
import { openTarget } from "./open-target.js";
import type { Forwarder, ForwardOptions } from "./options.js";
import { identityOf, readerName } from "./reader-name.js";
import { resendLetters } from "./resend.js";
import { send } from "./send.js";
import { targetUrl } from "./settings.js";
import { Tally } from "./tally.js";

/** Forwards an archive, files, or the stream of JetStream. */
export async function forward(
  args: readonly string[],
  options: ForwardOptions,
  context: Context,
): Promise<void> {
  const { to, jetstream, follow, resend, batch: size } = options;
  const modes = modesOf(options.fileMode);
  if (options.forget !== undefined) return forget(options.forget, args, options, context);
  if (to === undefined) throw new ExitError(2, "--to is required: the SIEM");
  if (jetstream !== undefined && args.length > 0)
    throw new ExitError(2, "--jetstream cannot be used with files or a folder: give one of them");
  if (jetstream === undefined && args.length === 0 && !(resend && options.state))
    throw new ExitError(2, "give an archive folder or files to forward, or --jetstream");
  const folder = await folderOf(args);
  if (follow && (folder === undefined || resend))
    throw new ExitError(2, "--follow reads one archive folder: give the folder of listen or pull --folder");
  const url = targetUrl(options);
  const identity = identityOf(options, url);
  const reader = readerName(options.name, identity);
  // A reader of JetStream goes on until it is stopped too.
  const isService = follow || jetstream !== undefined;
  const reloader = isService ? new Reloader(context) : undefined;
  const target = await openTarget(options, url, reloader);
  const health = isService ? await openHealth(options, "forward", context, { target: to }) : noHealth;
  const { meter } = health;
  if (follow && folder !== undefined) await waitForArchive(folder, context);
  const state = options.state ?? (folder === undefined ? "." : undefined);
  const where =
    folder === undefined ? (state ?? ".") : positionsFolder((await archivesIn(folder))[0]!, state);
  await makeFolder(where, modes);
  const deadLetters = new DeadLetters(
    options.deadLetter ?? join(where, `${reader}.dead-letter.jsonl`),
    modes,
  );
  const tally = new Tally(to, context.log);
  meter.onScrape(() => {
    meter.total("forwarded_total", tally.done - tally.refused - tally.rejected);
    meter.total("forward_refused_total", tally.refused);
    if (tally.newest > 0) meter.set("forward_position_timestamp_seconds", tally.newest / 1_000);
  });
  const sendTo = (
    items: Item[],
    onRefused: (item: Item, reason: string) => Promise<void>,
    done?: Set<string>,
  ) =>
    send(items, target, {
      onDone(item) {
        done?.add(item.id);
        tally.finish(item);
      },
      onRetry: () => meter.add("forward_retries_total"),
      ...{ onRefused, onRejected: (reason: string) => tally.reject(reason), minTimeout: options.minWait },
      ...context,
    });
  if (resend)
    return resendLetters(
      { deadLetters, lease: join(where, `${reader}.lease`), modes, size },
      sendTo,
      tally,
      context,
    );
  const forwarder: Forwarder = {
    tally,
    onRead: health.ready,
    async send(items, done) {
      const onRefused = async (item: Item, reason: string) => {
        await deadLetters.add(item, reason);
        tally.refused++;
        context.log.debug(`refused ${item.id}: ${reason}`);
      };
      await sendTo(items, onRefused, done);
      tally.sent += items.length;
    },
  };
  if (jetstream !== undefined) {
    const { forwardStream } = await import("../../jetstream/source.js");
    const name = options.name ?? `siem-${to}`;
    const source = { servers: jetstream.split(","), name, size, onRead: health.ready };
    await forwardStream(source, (items) => forwarder.send(items), context).finally(health.close);
    return context.endsWell();
  }
  const read = { reader, identity, size, modes };
  if (folder !== undefined)
    await forwardArchives(folder, { ...read, state, follow: follow === true }, forwarder, context).catch(
      (error) => {
        // What the target has not taken by then is sent by the next run.
        if (!follow || error !== context.signal.reason) throw error;
      },
    );
  else await forwardFiles(args, { ...read, state: state ?? "." }, forwarder, context);
  // A follower runs until it is stopped.
  if (follow) context.endsWell();
  else context.signal.throwIfAborted();
  await health.close();
  if (follow) tally.endService(deadLetters.path);
  else tally.end(deadLetters.path);
}

/** The folder, if the arguments are one. */
async function folderOf(args: readonly string[]): Promise<string | undefined> {
  const folders: string[] = [];
  for (const arg of args) if (arg !== STDIN && (await stat(arg)).isDirectory()) folders.push(arg);
  if (folders.length > 0 && args.length > 1)
    throw new ExitError(2, `give one archive folder, or files: ${args.join(", ")}`);
  return folders[0];
}
