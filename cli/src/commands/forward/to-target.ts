import { join } from "node:path";
import { archivesIn } from "../../archive/archives.js";
import { type Modes, makeFolder } from "../../archive/files.js";
import type { Context } from "../../context.js";
import type { TargetName } from "../../options/targets.js";
import type { Health } from "../../service/health.js";
import type { Reloader } from "../../service/reload.js";
import type { Item } from "../../targets/target.js";
import { DeadLetters } from "./dead-letters.js";
import { forwardArchives, positionsFolder } from "./from-archive.js";
import { forwardFiles } from "./from-files.js";
import { openTarget } from "./open-target.js";
import type { Forwarder, ForwardOptions } from "./options.js";
import { resendLetters } from "./resend.js";
import { send } from "./send.js";
import { Tally } from "./tally.js";

/** What is forwarded, and to whom. */
export interface ForwardRequest {
  args: readonly string[];
  /** The archive folder, if the arguments are one. */
  folder: string | undefined;
  to: TargetName;
}

/** Which target and reader it is. */
export interface ForwardHow {
  url: string;
  /** Tells the target from others. */
  identity: Record<string, string>;
  reader: string;
  modes: Modes;
  /** Of a service. */
  reloader: Reloader | undefined;
}

/** Records that a syslog connection gets at once: each batch waits some seconds for what syslog does not acknowledge. */
const SYSLOG_BATCH = 20_000;
const BATCH = 2_000;

/** Forwards records one by one, and keeps those that the target refuses. */
export async function forwardToTarget(
  { args, folder, to }: ForwardRequest,
  options: ForwardOptions,
  { url, identity, reader, modes, reloader }: ForwardHow,
  context: Context,
  { meter, ready }: Health,
): Promise<void> {
  const { jetstream, follow, batch: size = to === "syslog" ? SYSLOG_BATCH : BATCH } = options;
  const target = await openTarget(options, url, reloader);
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
  const forwarder: Forwarder = {
    tally,
    onRead: ready,
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
  const read = { reader, identity, size, modes };
  try {
    if (options.resend) {
      const letters = { deadLetters, lease: join(where, `${reader}.lease`), modes, size };
      await resendLetters(letters, sendTo, tally, context);
    } else if (jetstream !== undefined) {
      const { forwardStream } = await import("../../jetstream/source.js");
      const name = options.name ?? `siem-${to}`;
      const source = { servers: jetstream.split(","), name, size, onRead: ready };
      await forwardStream(source, (items) => forwarder.send(items), context);
    } else if (folder !== undefined)
      await forwardArchives(folder, { ...read, state, follow: follow === true }, forwarder, context);
    else await forwardFiles(args, { ...read, state: state ?? "." }, forwarder, context);
  } catch (error) {
    // What the target has not taken by then is sent by the next run.
    if (!follow || error !== context.signal.reason) throw error;
  } finally {
    await target.close?.();
  }
  // A service runs until it is stopped, and ends well then.
  if (follow || jetstream !== undefined) tally.endService(deadLetters.path);
  else {
    context.signal.throwIfAborted();
    tally.end(deadLetters.path);
  }
}
