import type { ListAuditLogsQuery } from "../../client/api/requests.js";
import type { AuditLog, AuditLogPage } from "../../client/api/responses.js";
import { KonnectError } from "../../errors.js";
import { nextTurn } from "../../shared/event-loop.js";
import { hasStatus } from "../common.js";

/** Fetches a page, and retries through outages. */
export type ListPage = (query: ListAuditLogsQuery) => Promise<AuditLogPage>;

/**
 * Reads the pages of one window, each while the page before it is handled. If Konnect refuses a cursor, it reads the window again
 * from its start, once.
 */
export class WindowReader {
  readonly #list: ListPage;
  #next: ListAuditLogsQuery | undefined;
  readonly #first: ListAuditLogsQuery;
  #ahead: Promise<AuditLogPage> | undefined;
  #mayRestart = true;
  /** The number of pages so far. */
  pages = 0;

  constructor(list: ListPage, next: ListAuditLogsQuery) {
    this.#list = list;
    this.#next = next;
    const { "page[after]": _, ...first } = next;
    this.#first = first;
  }

  /** The query of the next page. Undefined after the last one. */
  get next(): ListAuditLogsQuery | undefined {
    return this.#next;
  }

  /** The records of the next page. */
  async read(): Promise<AuditLog[]> {
    const query = this.#next!;
    try {
      const page = await (this.#ahead ?? this.#list(query));
      this.#ahead = undefined;
      this.pages++;
      this.#next = page.next;
      if (page.next !== undefined) await this.#readAhead(page.next);
      return page.data;
    } catch (error) {
      if (!hasStatus(error, 400) || query["page[after]"] === undefined || !this.#mayRestart) throw error;
      this.#ahead = undefined;
      this.#mayRestart = false;
      this.#next = this.#first;
      return [];
    }
  }

  async #readAhead(query: ListAuditLogsQuery): Promise<void> {
    this.#ahead = this.#list(query);
    // It is handled where the page is read.
    this.#ahead.catch(() => {});
    // The request leaves with the next turn of the event loop, which would come only after the page is handled.
    await nextTurn();
  }
}

/** The time of a pulled record, in ms since the epoch. */
export function timeOf(log: AuditLog): number {
  const ts = log.type === "unknown" ? log.original.ts : log.ts;
  const at = typeof ts === "string" ? Date.parse(ts) : Number.NaN;
  if (Number.isNaN(at)) {
    const problem = "GET /v3/audit-logs: a record has no ts, so it cannot be followed";
    throw new KonnectError("invalid_response", problem);
  }
  return at;
}
