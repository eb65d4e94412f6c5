import { nextTurn } from "../shared/event-loop.js";

/** The number of records to process before other requests get a turn. */
const SLICE = 1_000;

/** Yields items in slices, and gives the event loop a turn between them, so that a large batch does not block the process. */
export async function* inSlices<T>(items: Iterable<T>): AsyncGenerator<T[], void, undefined> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
    await nextTurn();
  }
  if (slice.length > 0) yield slice;
}
