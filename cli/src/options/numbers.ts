import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A parser of integers from `least` to `most`. */
export function integer(least: number, most = 999_999_999): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    const range = most === 999_999_999 ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`must be an integer ${range}.`);
  };
}

const SIZES: Record<string, number> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Parses a size in bytes: `500000`, `64M`, `10GiB`. */
export function bytes(text: string): number {
  const [, count, unit] = /^(\d{1,12})([KMGT]?)(?:iB|B)?$/.exec(text) ?? [];
  const size = Number(count) * (SIZES[unit ?? ""] ?? Number.NaN);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new InvalidArgumentError("must be a size such as 500000, 64M or 10G.");
}
