import { type AuditEvent, fromPulledRecord, isKonnectError, type KonnectClient } from "konnect-audit-logs";
import { ExitError } from "../errors.js";

/** Where pulled records come from. A checkpoint means nothing for another region or organization. */
export interface Origin {
  /** Absent in a checkpoint of 1.0.0-rc.1. */
  baseUrl?: string | undefined;
  /** Null until a record told it. */
  organization?: string | null | undefined;
}

/** @throws ExitError 2 for another base URL, both named */
export function checkBaseUrl(where: string, known: Origin, baseUrl: string): void {
  if (known.baseUrl !== undefined && known.baseUrl !== baseUrl)
    throw new ExitError(
      2,
      `${where} has the records of ${known.baseUrl}, not of ${baseUrl}: pull into another one`,
    );
}

/** Holds the records of one pull to the organization that the ones before it told. */
export class OrganizationGuard {
  readonly #where: string;
  #organization: string | null;
  #isConfirmed = false;

  constructor(where: string, organization: string | null | undefined) {
    this.#where = where;
    this.#organization = organization ?? null;
  }

  get organization(): string | null {
    return this.#organization;
  }

  /** @throws ExitError 2 for a record of another organization, both named */
  check({ org_id }: AuditEvent): void {
    if (!org_id) return;
    this.#organization ??= org_id;
    if (org_id !== this.#organization)
      throw new ExitError(
        2,
        `${this.#where} has the records of the organization ${this.#organization}, and Konnect returned one of ${org_id}: use another token, or pull into another one`,
      );
    this.#isConfirmed = true;
  }

  /**
   * Whether the token is one of the organization. Where no record has told it yet, the newest one that Konnect has does:
   * a checkpoint that covers an empty span would be saved otherwise, and the right organization would lose that span.
   *
   * @throws ExitError 2 for another organization
   */
  async confirm(konnect: KonnectClient, signal: AbortSignal): Promise<boolean> {
    if (this.#isConfirmed || this.#organization === null) return true;
    try {
      for await (const log of konnect.listAuditLogs({ "page[size]": 1 }, { signal })) {
        this.check(fromPulledRecord(log));
        break;
      }
    } catch (error) {
      if (signal.aborted || !isKonnectError(error)) throw error;
      return false;
    }
    this.#isConfirmed = true;
    return true;
  }
}
