const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Node's decoder, which is several times as fast. */
const NodeBuffer = globalThis.process?.getBuiltinModule?.("node:buffer")?.Buffer;

/** Bytes as text, invalid UTF-8 replaced. The text is a copy, and keeps nothing in memory. */
export function decode(bytes: Uint8Array): string {
  if (NodeBuffer === undefined) return decoder.decode(bytes);
  return NodeBuffer.prototype.utf8Slice.call(bytes, 0, bytes.length);
}

/** Whether the text of bytes determines them. */
export function isUtf8(bytes: Uint8Array, text: string): boolean {
  if (!text.includes("\uFFFD")) return true;
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
