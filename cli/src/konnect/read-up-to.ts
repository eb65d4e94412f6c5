/** The text of a body, up to a number of bytes. The rest is not read. */
export async function readUpTo(
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null,
  most: number,
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, most).toString(), truncated: size > most };
}
