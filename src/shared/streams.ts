/**
 * Reads the chunks of a web stream, also where the runtime cannot iterate one. Cancels the stream on `stop`, and if it is not
 * read to its end.
 */
export async function* readStream<T>(
  stream: ReadableStream<T>,
  stop?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const reader = stream.getReader();
  // Not awaited, because a source may never answer.
  const cancel = () => void reader.cancel().catch(() => {});
  stop?.addEventListener("abort", cancel, { once: true });
  let isDone = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    stop?.removeEventListener("abort", cancel);
    if (!isDone) cancel();
  }
}

/** Reads a whole body. Undefined if it has more than `limit` inflated bytes; it then stops reading. */
export async function readBody(
  response: Response,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body === null ? [] : readStream(response.body)) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}
