const decoder = new TextDecoder("latin1");
/** Node's own decoder, which is several times as fast. */
const NodeBuffer = globalThis.process?.getBuiltinModule?.("node:buffer")?.Buffer;

/** Bytes as text with one character per byte: offsets in the text are offsets in the bytes. Text stays as it is. */
export function latin1(record: string | Uint8Array): string {
  if (typeof record === "string") return record;
  return NodeBuffer === undefined
    ? decoder.decode(record)
    : NodeBuffer.prototype.latin1Slice.call(record, 0, record.length);
}
