import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { type Dispatcher, EnvHttpProxyAgent, fetch } from "undici";
import { ExitError } from "../errors.js";
import { causeOf, isUntrusted } from "../konnect/causes.js";
import { readUpTo } from "../konnect/read-up-to.js";
import { Busy, Refused, type Verdict } from "./verdict.js";

const BUSY = new Set([408, 429, 500, 502, 503, 504]);
/** Statuses that depend on the content of a record. Any other refusal must be fixed first, and nothing may be lost meanwhile. */
const REFUSED = new Set([400, 413, 422]);
const TIMEOUT = 30_000;
/** The most bytes that are read of an answer. */
const MAX_ANSWER = 8 * 2 ** 20;

export const isBusy = (status: number): boolean => BUSY.has(status);
export const isRefused = (status: number): boolean => REFUSED.has(status);

/** How requests are sent to a target. */
export interface HttpOptions {
  /** Headers that every request gets. */
  headers?: Record<string, string> | undefined;
  /** A file of certificates in PEM that are trusted besides the usual ones. */
  ca?: string | undefined;
}

/** How the answer to a request is judged. */
interface Judgement {
  /** What a refusal means, by the text of the response. Default: {@link Refused}. */
  judge?: ((message: string, text: string) => Error) | undefined;
  /** The statuses of a success. Default: 2xx. */
  isTaken?: ((status: number) => boolean) | undefined;
}

/** Posts to a target, through the proxies of the environment. */
export class Http {
  readonly #headers: Record<string, string>;
  /** Reaches a target through the proxies of the environment, and trusts what `ca` names. */
  readonly dispatcher: Dispatcher;

  private constructor(headers: Record<string, string>, dispatcher: Dispatcher) {
    this.#headers = headers;
    this.dispatcher = dispatcher;
  }

  static async create({ headers = {}, ca }: HttpOptions = {}): Promise<Http> {
    const tls = ca === undefined ? {} : { ca: [...rootCertificates, await readFile(ca, "utf8")] };
    return new Http(headers, new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls }));
  }

  /**
   * Posts a body. Returns the text of a success, or throws {@link Busy}, {@link Refused}, or an error that stops the forwarder.
   * Redirects are not followed.
   */
  async post(
    url: string,
    headers: Record<string, string>,
    body: string | Uint8Array,
    {
      judge = (message) => new Refused(message),
      isTaken = (status) => status >= 200 && status < 300,
    }: Judgement = {},
  ): Promise<string> {
    const { status, retryAfter, text, truncated } = await this.#exchange(url, headers, body);
    const message = `answered ${status}${text && `: ${text.slice(0, 200)}`}`;
    if (isTaken(status)) {
      if (truncated)
        throw new ExitError(3, `the target answered more than ${MAX_ANSWER} bytes: is --url the right one?`);
      return text;
    }
    if (isBusy(status)) throw new Busy(message, /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : 0);
    if (isRefused(status)) throw judge(message, text);
    throw new ExitError(2, `the target ${message}. Check --url and the credential`);
  }

  async #exchange(url: string, headers: Record<string, string>, body: string | Uint8Array) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers, ...this.#headers },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT),
        dispatcher: this.dispatcher,
      });
      const retryAfter = response.headers.get("retry-after") ?? "";
      return { status: response.status, retryAfter, ...(await readUpTo(response.body, MAX_ANSWER)) };
    } catch (error) {
      const cause = causeOf(error);
      if (isUntrusted(error))
        throw new ExitError(
          2,
          `the certificate of ${new URL(url).host} is not trusted (${cause}): give its certificate authority with --ca FILE or the variable NODE_EXTRA_CA_CERTS`,
        );
      throw new Busy(`no answer: ${cause}`);
    }
  }
}

export const authorization = (credential?: string): Record<string, string> =>
  credential === undefined ? {} : { authorization: credential };

export const allTaken = (records: readonly unknown[]): Verdict[] => records.map(() => "taken");

/** The JSON object in a response. An empty object for anything else. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
