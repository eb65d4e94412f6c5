import { createReadStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { safeParseAuditRecord } from "konnect-audit-logs/records";
import { type Modes, openDraft, refuseLink, statIfAny } from "../../archive/files.js";
import { appendLines } from "../../archive/line-file.js";
import { safeJson } from "../../output/escape.js";
import type { Item } from "../../targets/target.js";

/** A line of a dead-letter file. */
interface DeadLetter {
  id: string;
  reason: string;
  raw?: string;
  /** The record in base64, where it is not UTF-8. */
  bytes?: string;
}

/** The records that a target never accepted, with the reason, as JSON Lines. */
export class DeadLetters {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(
    readonly path: string,
    readonly modes: Modes,
  ) {}

  /** How many records were added. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when the record is durable in the file. */
  add(item: Item, reason: string): Promise<void> {
    this.#count++;
    const added = this.#last.then(
      async () => void (await appendLines(this.path, lineOf(item, reason), this.modes)),
    );
    this.#last = added.catch(() => {});
    return added;
  }

  /**
   * Sends the records again, and keeps those that are refused again. Until all are sent, the file stays as it is: after a kill
   * they are sent once more.
   */
  async resend(
    size: number,
    send: (items: Item[], onRefused: (item: Item, reason: string) => Promise<void>) => Promise<void>,
  ): Promise<{ sent: number; refused: number }> {
    await refuseLink(this.path);
    const result = { sent: 0, refused: 0 };
    if ((await statIfAny(this.path)) === undefined) return result;
    const left = `${this.path}.new`;
    const file = await openDraft(left, this.modes.file);
    try {
      const keep = async (line: string) => void (await file.appendFile(line));
      let items: Item[] = [];
      const flush = async () => {
        const before = result.refused;
        await send(items, async (item, reason) => {
          result.refused++;
          await keep(lineOf(item, reason));
        });
        result.sent += items.length - (result.refused - before);
        items = [];
      };
      for await (const line of createInterface({
        input: createReadStream(this.path),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        const item = parse(line);
        if (item !== undefined) items.push(item);
        // It is not ours: nothing is thrown away.
        else if (line !== "") await keep(`${line}\n`);
        if (items.length >= size) await flush();
      }
      await flush();
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await statIfAny(left))?.size === 0) {
      await rm(left);
      await rm(this.path);
    } else await rename(left, this.path);
    return result;
  }
}

function lineOf({ id, raw, bytes }: Item, reason: string): string {
  const kept = bytes === undefined ? { raw } : { bytes: Buffer.from(bytes).toString("base64") };
  return `${safeJson({ id, reason, ...kept } satisfies DeadLetter)}\n`;
}

function parse(line: string): Item | undefined {
  try {
    const { id, raw, bytes: base64 }: DeadLetter = JSON.parse(line);
    const bytes = base64 === undefined ? undefined : Buffer.from(base64, "base64");
    const text = bytes?.toString() ?? raw;
    if (typeof id !== "string" || typeof text !== "string") return undefined;
    return { id, raw: text, ...(bytes && { bytes }), event: safeParseAuditRecord(text).event };
  } catch {
    return undefined;
  }
}
