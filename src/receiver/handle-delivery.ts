import { KonnectError } from "../errors.js";
import type { AuditEvent } from "../records/event/types.js";
import { type Deadline, startDeadline } from "../shared/deadline.js";
import { LazyBatch, type ReceivedRecord } from "./batch.js";
import { createGuard } from "./check-authorization.js";
import { LIMIT_NAMES } from "./limits.js";
import type { Rejected, ResolvedReceiverOptions } from "./options.js";
import { partition } from "./partition.js";
import { readDelivery } from "./read-delivery.js";
import { readUpTo } from "./read-up-to.js";
import { createCountedReport, createReport } from "./report.js";
import type { ReceiverStats } from "./stats.js";

/** A request of either adapter. */
export interface Incoming {
  method: string;
  authorization: string | null | undefined;
  contentEncoding: string;
  /** Opens the body. Called only to read it. */
  body(): AsyncIterable<Uint8Array>;
  /** Stops reading. */
  abort(): void;
}

/** A response. It has no text, which would only help an attacker. */
export interface Answer {
  status: 204 | 401 | 405 | 413 | 429 | 500;
  headers: Record<string, string>;
}

/** The reasons of `onRejected` for the codes of `readDelivery`. */
const REASONS = new Map<unknown, "broken" | "too_large">([
  ["delivery_broken", "broken"],
  ["delivery_too_large", "too_large"],
]);

/** `Retry-After` of a 429, in s. */
const RETRY_AFTER = 5;

/** Makes the function that handles a request and decides the response. */
export function createReceive(options: ResolvedReceiverOptions, stats: ReceiverStats) {
  const guard = createGuard(options.authorization);
  const report = createReport(options.logger);
  const reportUnauthorized = createCountedReport(report);
  const reportBusy = createCountedReport(report);
  const state = { isDraining: false };
  const working = new Set<Promise<unknown>>();

  /** Occupies a place until the work ends, which can be long after the response. */
  function hold(work: Promise<unknown>): void {
    working.add(work);
    const release = () => working.delete(work);
    work.then(release, release);
  }

  /** Never rejects. */
  async function receive(request: () => Incoming): Promise<Answer> {
    let answered: Answer;
    try {
      answered = await decide(request());
    } catch (error) {
      report(`a request failed: ${messageOf(error)}`);
      answered = answer(500);
    }
    stats.answers[answered.status] = (stats.answers[answered.status] ?? 0) + 1;
    return answered;
  }

  async function decide(incoming: Incoming): Promise<Answer> {
    if (incoming.method !== "POST") return answer(405, { allow: "POST" });
    const { isAuthorized, unauthorized } = guard();
    if (!isAuthorized(incoming.authorization)) {
      reportUnauthorized(
        "answered a delivery with 401: wrong Authorization. Konnect does not retry it; compare the destination's authorization",
      );
      return answer(401, unauthorized);
    }
    if (state.isDraining || working.size >= options.maxConcurrent) {
      reportBusy(
        state.isDraining
          ? "answered a delivery with 429: the receiver is draining"
          : `answered a delivery with 429: ${options.maxConcurrent} batches are in progress (maxConcurrent)`,
      );
      return answer(429, { "retry-after": String(RETRY_AFTER) });
    }
    const work = take(incoming);
    hold(work);
    stats.active++;
    try {
      return await work;
    } catch (error) {
      report(`a batch failed, and Konnect will retry it: ${messageOf(error)}`);
      return answer(500);
    } finally {
      stats.active--;
    }
  }

  async function take(incoming: Incoming): Promise<Answer> {
    const receivedAt = new Date();
    const body = await readInTime(incoming);
    const deadline = startDeadline(options.handlerTimeoutMs);
    const { signal } = deadline;
    const { verifier, filter: given, maxBodyBytes } = options;
    const filter = given && ((event: AuditEvent) => given(event) || countFiltered());
    const { contentEncoding } = incoming;
    const limits = Object.fromEntries(LIMIT_NAMES.map((name) => [name, options[name]]));
    try {
      const reading = readDelivery(body, {
        authorization: false,
        contentEncoding,
        verifier,
        filter,
        limits,
        signal,
      });
      const { records } = await deadline.race(reading, overrunOf("reading and verification"));
      return await processRecords(records, receivedAt, deadline);
    } catch (error) {
      const reason = REASONS.get((error as Partial<KonnectError>).code);
      if (!(error instanceof KonnectError) || reason === undefined) throw error;
      const truncated = body.length > maxBodyBytes;
      const rejected = {
        reason,
        problem: error.message,
        body: body.subarray(0, maxBodyBytes),
        truncated,
        receivedAt,
      };
      await reject(rejected, deadline);
      return answer(reason === "too_large" ? 413 : 500);
    } finally {
      deadline.clear();
    }
  }

  function countFiltered(): false {
    stats.filtered++;
    return false;
  }

  async function readInTime(incoming: Incoming): Promise<Uint8Array> {
    const deadline = startDeadline(options.bodyTimeoutMs);
    const overrun = () => {
      incoming.abort();
      return new KonnectError("timeout", `the body took longer than ${options.bodyTimeoutMs} ms`);
    };
    try {
      return await deadline.race(readUpTo(incoming.body(), options.maxBodyBytes), overrun);
    } finally {
      deadline.clear();
    }
  }

  function overrunOf(step: string): () => KonnectError {
    return () => new KonnectError("timeout", `${step} took longer than ${options.handlerTimeoutMs} ms`);
  }

  async function processRecords(
    records: readonly ReceivedRecord[],
    receivedAt: Date,
    deadline: Deadline,
  ): Promise<Answer> {
    const { good, bad } = options.requireValid ? partition(records) : { good: records, bad: [] };
    if (bad.length > 0) {
      const problem = `${bad.length} ${bad.length === 1 ? "record is" : "records are"} not valid`;
      await reject({ reason: "not_valid", problem, records: bad, truncated: false, receivedAt }, deadline);
    }
    if (good.length > 0) {
      await handle("onBatch", deadline, (context) =>
        options.onBatch(new LazyBatch(good, receivedAt), context),
      );
      stats.batches++;
      stats.records += good.length;
    }
    return answer(204);
  }

  async function reject(rejected: Rejected, deadline: Deadline): Promise<void> {
    stats.rejected++;
    report(`rejected: ${rejected.problem}`);
    await handle("onRejected", deadline, () => options.onRejected(rejected));
  }

  /** Calls the user's function. One that overruns keeps its place until it ends, so that memory use stays bounded. */
  async function handle(
    name: string,
    deadline: Deadline,
    call: (context: { signal: AbortSignal }) => void | Promise<void>,
  ): Promise<void> {
    const controller = new AbortController();
    const work = (async () => call({ signal: controller.signal }))();
    await deadline.race(work, () => {
      stats.overdue++;
      const settle = () => stats.overdue--;
      hold(work.then(settle, settle));
      const error = overrunOf(name)();
      controller.abort(error);
      return error;
    });
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "something other than an Error was thrown";
}
