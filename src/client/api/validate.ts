import type * as z from "zod";
import { KonnectError, type KonnectErrorCode } from "../../errors.js";

/**
 * Checks a value and returns it unchanged, unknown members included.
 *
 * @param what the call, and the name of its argument if the value is one: `enableWebhook: destinationId`
 * @throws {@link KonnectError} with `code`. The message names each member that does not fit, never its value.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, code: KonnectErrorCode, what: string): T {
  const result = schema.safeParse(value);
  // The value itself: a parsed copy would lose its identity, and cost time.
  if (result.success) return value as T;
  const [call = "", argument = ""] = what.split(": ");
  const problems = result.error.issues.map(({ path, message }) => {
    const member = [argument, ...path.map(String)].filter(Boolean).join(".");
    // Our own messages continue a sentence; those of zod begin one.
    return member === "" ? message : `${member}${message.startsWith("must ") ? " " : ": "}${message}`;
  });
  throw new KonnectError(code, `${call}: ${problems.join("; ")}`);
}
