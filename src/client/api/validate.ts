import type * as z from "zod";
import { KonnectError, type KonnectErrorCode } from "../../errors.js";

/**
 * Checks a value and gives it back as it is, unknown members included.
 *
 * @throws {@link KonnectError} with `code`, naming each member that does not fit, and never its value
 */
export function check<T>(schema: z.ZodType, value: unknown, code: KonnectErrorCode, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return value as T;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
  throw new KonnectError(code, `${what}: ${problems.join("; ")}`);
}
