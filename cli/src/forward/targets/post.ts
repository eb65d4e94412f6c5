import { ExitError } from "../../errors.js";
import { Busy, type Item, Refused, type Verdict } from "../target.js";

const BUSY = new Set([408, 429, 500, 502, 503, 504]);
/** Statuses that depend on the content of a record. Any other refusal must be fixed first, and nothing may be lost meanwhile. */
const REFUSED = new Set([400, 413, 422]);
const TIMEOUT = 30_000;

export const isBusy = (status: number): boolean => BUSY.has(status);
export const isRefused = (status: number): boolean => REFUSED.has(status);

/**
 * Posts JSON. Returns the text of a success, or throws {@link Busy}, {@link Refused}, or an error that stops the forwarder.
 * `judge` can decide by the text of the response what a refusal means.
 */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  judge: (message: string, text: string) => Error = (message) => new Refused(message),
): Promise<string> {
  const [response, text] = await exchange(url, headers, body);
  if (response.ok) return text;
  const { status } = response;
  const message = `answered ${status}${text && `: ${text.slice(0, 200)}`}`;
  if (isBusy(status)) {
    const seconds = response.headers.get("retry-after") ?? "";
    throw new Busy(message, /^\d+$/.test(seconds) ? Number(seconds) * 1_000 : 0);
  }
  if (isRefused(status)) throw judge(message, text);
  throw new ExitError(2, `the target ${message}. Check --url and the credential`);
}

async function exchange(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<[Response, string]> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return [response, await response.text()];
  } catch (error) {
    throw new Busy(`no answer: ${(error as Error).message}`);
  }
}

export const authorization = (credential?: string): Record<string, string> =>
  credential === undefined ? {} : { authorization: credential };

export const allTaken = (items: readonly Item[]): Verdict[] => items.map(() => "taken");

/** The fields of the event and the id of the record, for JSON targets. They have the line and its time elsewhere. */
export function fieldsOf({ id, event }: Item): Record<string, unknown> {
  const { raw: _, time: __, ...fields } = event ?? { raw: "" };
  return { ...fields, record_id: id };
}

/** Nanoseconds since the Unix epoch. The current time, if the line has none. */
export const nanoseconds = ({ event }: Item): string =>
  `${BigInt((event?.time ?? new Date()).getTime()) * 1_000_000n}`;

/** The JSON object in a response. An empty object for anything else. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
