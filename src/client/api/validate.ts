import type * as z from "zod";
import { KonnectError, type KonnectErrorCode } from "../../errors.js";

/**
 * Checks a value and returns it unchanged, unknown members included.
 *
 * @throws {@link KonnectError} with `code`. The message names each member that does not fit, never its value.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, code: KonnectErrorCode, what: string): T {
  const result = schema.safeParse(value);
  // The value itself: a parsed copy would lose its identity, and cost time.
  if (result.success) return value as T;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
  throw new KonnectError(code, `${what}: ${problems.join("; ")}`);
}
