import type * as z from "zod/mini";
import { KonnectError, type KonnectErrorCode } from "../../errors.js";

/**
 * Checks a value and returns it unchanged, unknown members included.
 *
 * @param what the call, and the name of its argument if the value is one: `enableWebhook: destinationId`
 * @throws {@link KonnectError} with `code`. The message names each member that does not fit, never its value.
 */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, code: KonnectErrorCode, what: string): T {
  const result = schema.safeParse(value, { error: describe });
  // The value itself: a parsed copy would lose its identity, and cost time.
  if (result.success) return value as T;
  const [call = "", argument = ""] = what.split(": ");
  const problems = result.error.issues.map(({ path, message }) => {
    const member = [argument, ...path.map(String)].filter(Boolean).join(".");
    return member === "" ? message : `${member}${/^(must|is) /.test(message) ? " " : ": "}${message}`;
  });
  throw new KonnectError(code, `${call}: ${problems.join("; ")}`);
}

/** What is wrong, for issues without a message of their own: zod/mini has no words. */
function describe(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected === "int" ? "integer" : issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "unrecognized_keys":
      return `unknown option ${issue.keys.join(", ")}`;
    default:
      return "is not valid";
  }
}
