import { KonnectError } from "../errors.js";

/**
 * Refuses options that do not exist: a typing error must not go unnoticed.
 *
 * @param what the function, for the error
 * @throws {@link KonnectError} `invalid_options`
 */
export function checkKnown(what: string, options: unknown, known: Iterable<string>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new KonnectError("invalid_options", `${what}: options must be an object`);
  const names = new Set(known);
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown === undefined) return;
  const problem = `unknown option ${unknown}: use ${[...names].join(", ")}`;
  throw new KonnectError("invalid_options", `${what}: ${problem}`);
}
