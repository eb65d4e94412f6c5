import type { Client } from "openapi-fetch";
import type * as z from "zod";
import { KonnectError } from "../errors.js";
import type { ControlPlane, ControlPlanePage, Destination, SigningKeys, Webhook } from "./answers.js";
import * as answers from "./answers.js";
import type { paths } from "./generated.js";
import type { CreateDestinationInput, ListControlPlanesQuery } from "./inputs.js";
import * as inputs from "./inputs.js";
import { type CallOptions, type KonnectClientOptions, resolveOptions } from "./options.js";
import { Pages } from "./pages.js";
import { createTransport, type Transport } from "./transport.js";
import { check } from "./validate.js";

/**
 * Calls Kong Konnect's audit-log API.
 *
 * Every method takes {@link CallOptions} as its last argument and fails by rejection with a {@link KonnectError}.
 *
 * @example
 * ```ts
 * const konnect = new KonnectClient({ token: process.env.MY_TOKEN, region: "us" });
 * const destination = await konnect.createDestination({
 *   name: "SIEM", endpoint: "https://siem.example.com/logs", authorization: "Bearer x", log_format: "cef",
 * });
 * await konnect.enableWebhook(destination.id);
 * ```
 */
export class KonnectClient {
  /**
   * The typed openapi-fetch client with the same credential, retries, time limit and errors, for what has no method
   * here. An answer that is no success is thrown, not returned as `error`; a call that names another host is refused.
   */
  readonly api: Client<paths>;
  readonly #fetch: Transport["fetch"];

  /** @throws {@link KonnectError} `invalid_options`, naming the option or the environment variable to set. */
  constructor(options: KonnectClientOptions = {}) {
    const { api, fetch } = createTransport(resolveOptions(options));
    this.api = api;
    this.#fetch = fetch;
  }

  /**
   * Creates a destination: where records are to go. `POST /v2/audit-log-destinations`
   *
   * Sent again only when it surely had no effect; an error says so where that is unknown.
   */
  async createDestination(input: CreateDestinationInput, options: CallOptions = {}): Promise<Destination> {
    const body = checkInput<CreateDestinationInput>(
      inputs.createDestinationInput,
      input,
      "createDestination",
    );
    const { data } = await this.api.POST("/v2/audit-log-destinations", { body, fetch: this.#fetch(options) });
    return checkAnswer(answers.destination, data, "POST /v2/audit-log-destinations");
  }

  /** Starts delivery of the region's records to a destination. `PATCH /v3/audit-log-webhook` */
  async enableWebhook(destinationId: string, options: CallOptions = {}): Promise<Webhook> {
    const audit_log_destination_id = checkInput<string>(
      inputs.id,
      destinationId,
      "enableWebhook: destinationId",
    );
    const body = { audit_log_destination_id, enabled: true };
    const { data } = await this.api.PATCH("/v3/audit-log-webhook", { body, fetch: this.#fetch(options) });
    return checkAnswer(answers.webhook, data, "PATCH /v3/audit-log-webhook");
  }

  /**
   * Lists control planes: one page when awaited, all of them when iterated with `for await`. `GET /v2/control-planes`
   *
   * @param query Konnect's own names: `"page[size]"`, `"page[number]"` (from 1), `filter`, `labels`, `sort`
   */
  listControlPlanes(
    query: ListControlPlanesQuery = {},
    options: CallOptions = {},
  ): Pages<ControlPlanePage, ControlPlane> {
    const operation = "GET /v2/control-planes";
    const fetchPage = async (number?: number): Promise<ControlPlanePage> => {
      const params: { query: ListControlPlanesQuery } = {
        query: {
          ...checkInput<ListControlPlanesQuery>(inputs.listControlPlanesQuery, query, "listControlPlanes"),
        },
      };
      if (number !== undefined) params.query["page[number]"] = number;
      const { data } = await this.api.GET("/v2/control-planes", { params, fetch: this.#fetch(options) });
      const page = checkAnswer<ControlPlanePage>(answers.page, data, operation);
      if (number !== undefined && page.meta?.page?.number !== number) {
        throw new KonnectError(
          "invalid_response",
          `${operation}: meta.page.number: page ${number} was asked for`,
        );
      }
      return page;
    };
    const fetchNext = (page: ControlPlanePage) => {
      const { number, size, total } = checkAnswer<ControlPlanePage>(answers.pageMeta, page, operation).meta
        .page;
      // An empty page ends the list, too: planes may have been deleted meanwhile.
      return page.data.length > 0 && number * size < total ? fetchPage(number + 1) : undefined;
    };
    return new Pages(fetchPage, fetchNext, (page) => page.data);
  }

  /** Gets the public keys that verify signatures; sends no credential. `GET /v2/audit-log-webhook/jwks.json` */
  async getSigningKeys(options: CallOptions = {}): Promise<SigningKeys> {
    const { data } = await this.api.GET("/v2/audit-log-webhook/jwks.json", { fetch: this.#fetch(options) });
    return checkAnswer(answers.signingKeys, data, "GET /v2/audit-log-webhook/jwks.json");
  }
}

function checkInput<T>(schema: z.ZodType, value: unknown, what: string): T {
  return check(schema, value, "invalid_input", what);
}

function checkAnswer<T>(schema: z.ZodType, value: unknown, operation: string): T {
  return check(schema, value, "invalid_response", `${operation}: unexpected answer`);
}
