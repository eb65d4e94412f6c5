import type * as z from "zod/mini";
import { check } from "../api/validate.js";

/**
 * The data of a call of openapi-fetch, after a check.
 *
 * @param name the method, for the error
 * @throws {@link KonnectError} `invalid_response`, and those of the transport
 */
export async function dataOf<T>(
  name: string,
  schema: z.ZodMiniType<T>,
  call: Promise<{ data?: unknown }>,
): Promise<T> {
  const { data } = await call;
  return check(schema, data, "invalid_response", `${name}: response`);
}
