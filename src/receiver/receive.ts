import { KonnectError } from "../errors.js";
import { createAuthorizer } from "./authorization.js";
import { makeBatch, type ReceivedRecord, splitRecords } from "./batch.js";
import { BodyError, inflated, readUpTo } from "./body.js";
import type { Rejected, ResolvedReceiverOptions } from "./options.js";
import type { ReceiverStats } from "./stats.js";

/** A request, whatever it came by. */
export interface Incoming {
  method: string;
  authorization: string | null | undefined;
  contentEncoding: string;
  /** Asked for only when it shall be read. */
  body(): AsyncIterable<Uint8Array>;
  /** Gives up reading. */
  abort(): void;
}

/** What is answered: no text, for it would help nobody but an attacker. */
export interface Answer {
  status: 204 | 401 | 405 | 413 | 429 | 500;
  headers: Record<string, string>;
}

/** In s: what a batch that finds no place is told to wait. */
const RETRY_AFTER = 5;

/** Makes the function that decides: what arrives, and what is answered. */
export function createReceive(options: ResolvedReceiverOptions, stats: ReceiverStats) {
  const isAuthorized = createAuthorizer(options.authorization);
  const state = { isDraining: false };
  const working = new Set<Promise<unknown>>();

  /** Holds a place until the work has ended, which may be long after it was answered. */
  function hold(work: Promise<unknown>): void {
    working.add(work);
    const release = () => working.delete(work);
    work.then(release, release);
  }

  async function receive(incoming: Incoming): Promise<Answer> {
    const answered = await decide(incoming);
    stats.answers[answered.status] = (stats.answers[answered.status] ?? 0) + 1;
    return answered;
  }

  async function decide(incoming: Incoming): Promise<Answer> {
    if (incoming.method !== "POST") return answer(405, { allow: "POST" });
    if (!isAuthorized(incoming.authorization)) return answer(401, { "www-authenticate": "Bearer" });
    if (state.isDraining || working.size >= options.maxConcurrent)
      return answer(429, { "retry-after": String(RETRY_AFTER) });
    const work = take(incoming);
    hold(work);
    stats.active++;
    try {
      return await work;
    } catch (error) {
      options.logger.warn(`a batch was not taken: ${error instanceof Error ? error.message : "failed"}`);
      return answer(500);
    } finally {
      stats.active--;
    }
  }

  async function take(incoming: Incoming): Promise<Answer> {
    const receivedAt = new Date();
    const { bytes, isCut } = await readInTime(incoming);
    const reject = (rejected: Omit<Rejected, "receivedAt">) => {
      stats.rejected++;
      options.logger.warn(`rejected: ${rejected.problem}`);
      return options.onRejected({ ...rejected, receivedAt });
    };
    let records: ReceivedRecord[];
    try {
      if (isCut) throw new BodyError("too_large", `more than ${options.maxBodyBytes} bytes`);
      const text = await inflated(bytes, incoming.contentEncoding, options.maxInflatedBytes);
      records = splitRecords(text, options);
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      const { reason, message: problem } = error;
      await reject({ reason, problem, body: bytes, incomplete: reason === "too_large" });
      return answer(reason === "too_large" ? 413 : 500);
    }
    const wanted = applyFilter(records);
    const good = await verified(wanted);
    if (good === undefined) return answer(500);
    if (good.length < wanted.length) {
      const others = wanted.filter((record) => !good.includes(record));
      const problem = `${others.length} records are not valid`;
      await reject({ reason: "not_valid", problem, records: others, incomplete: false });
    }
    if (good.length > 0) await handle(good, receivedAt);
    return answer(204);
  }

  async function readInTime(incoming: Incoming) {
    let timer: NodeJS.Timeout | undefined;
    const tooSlow = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new KonnectError("timeout", `the body took longer than ${options.bodyTimeoutMs} ms`));
        incoming.abort();
      }, options.bodyTimeoutMs);
    });
    try {
      return await Promise.race([readUpTo(incoming.body(), options.maxBodyBytes), tooSlow]);
    } finally {
      clearTimeout(timer);
    }
  }

  function applyFilter(records: ReceivedRecord[]): ReceivedRecord[] {
    const { filter } = options;
    if (filter === undefined) return records;
    const wanted = records.filter(({ event }) => event === undefined || filter(event));
    stats.filtered += records.length - wanted.length;
    return wanted;
  }

  /** The records to hand on; undefined when there is no saying yet, and Konnect has to send them again. */
  async function verified(records: ReceivedRecord[]): Promise<ReceivedRecord[] | undefined> {
    const { verifier, requireValid } = options;
    if (verifier === undefined) return records;
    let at = 0;
    for await (const { verification } of verifier.verifyAll(records.map(({ raw }) => raw)))
      records[at++]!.verification = verification;
    if (!requireValid) return records;
    if (records.some(({ verification }) => verification?.status === "unverifiable")) {
      options.logger.warn("records cannot be verified now: Konnect has to send the batch again");
      return undefined;
    }
    return records.filter(({ verification }) => verification?.status === "valid");
  }

  async function handle(records: ReceivedRecord[], receivedAt: Date): Promise<void> {
    const controller = new AbortController();
    const work = (async () =>
      options.onBatch(makeBatch(records, receivedAt), { signal: controller.signal }))();
    const ended = work.then(() => {});
    let timer: NodeJS.Timeout | undefined;
    const overrun = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new KonnectError("timeout", `onBatch took longer than ${options.handlerTimeoutMs} ms`);
        // It keeps its place until it ends: memory stays bounded.
        stats.overdue++;
        const settle = () => stats.overdue--;
        hold(ended.then(settle, settle));
        controller.abort(error);
        reject(error);
      }, options.handlerTimeoutMs);
    });
    try {
      await Promise.race([ended, overrun]);
      stats.batches++;
      stats.records += records.length;
    } finally {
      clearTimeout(timer);
    }
  }

  async function drain(): Promise<void> {
    state.isDraining = true;
    while (working.size > 0) await Promise.allSettled(working);
  }

  return { receive, drain };
}

function answer(status: Answer["status"], headers: Record<string, string> = {}): Answer {
  return { status, headers };
}
