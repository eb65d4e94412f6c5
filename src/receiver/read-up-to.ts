/** A chunk of at least this size is kept as it came. Smaller ones are copied together: each would take more memory than it has. */
const LARGE = 2 ** 14;
const BLOCK = 2 ** 16;

/** Reads a body as sent. Stops one byte after the limit. Memory follows the bytes of the body, whatever its chunks. */
export async function readUpTo(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let block = new Uint8Array(0);
  let blockSize = 512;
  let used = 0;
  let size = 0;
  const endBlock = () => {
    if (used > 0) parts.push(block.subarray(0, used));
    block = block.subarray(used);
    used = 0;
  };
  for await (const chunk of chunks) {
    size += chunk.length;
    if (chunk.length >= LARGE) {
      endBlock();
      parts.push(chunk);
    } else {
      if (used + chunk.length > block.length) {
        endBlock();
        // Doubles, so that a few bytes take no more than they need.
        blockSize = Math.min(BLOCK, Math.max(2 * blockSize, chunk.length));
        block = new Uint8Array(blockSize);
      }
      block.set(chunk, used);
      used += chunk.length;
    }
    if (size > limit) break;
  }
  endBlock();
  return parts.length === 1
    ? parts[0]!.subarray(0, limit + 1)
    : Buffer.concat(parts, Math.min(size, limit + 1));
}
