import { ExitError } from "../errors.js";
import { nearest } from "../options/nearest.js";
import { COLUMNS } from "./columns.js";

/**
 * Refuses a name that is nearly that of a field. Any other name may be an undocumented field.
 *
 * @throws ExitError 2 with the name that was probably meant
 */
export function checkFields(option: string, names: readonly string[]): void {
  for (const name of names) {
    const meant = COLUMNS.includes(name) ? undefined : nearest(name, COLUMNS);
    if (meant !== undefined)
      throw new ExitError(
        2,
        `${option}: ${name} is not a field. Did you mean ${meant}? There are ${COLUMNS.join(", ")}`,
      );
  }
}
