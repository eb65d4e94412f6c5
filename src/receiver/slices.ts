import { setImmediate } from "node:timers/promises";

/** How many records are worked on before other requests get their turn. */
const SLICE = 1_000;

/** Yields items, and the event loop its turn between slices: a large batch must not stop everything else. */
export async function* inSlices<T>(items: Iterable<T>): AsyncGenerator<T[], void, undefined> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
    await setImmediate();
  }
  if (slice.length > 0) yield slice;
}
