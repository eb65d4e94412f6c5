const HEADER = "CEF:0|a|b|c|d|e|1|";

/** Texts that make careless CEF readers slow, each repeated up to `size` characters. */
export const hostile: Record<string, (size: number) => string> = {
  "spaces in a value": (size) => `${HEADER}a=${" ".repeat(size)}b`,
  "spaces, no field": (size) => `${" ".repeat(size)}x`,
  "backslashes in a value": (size) => `${HEADER}a=${"\\".repeat(size)}`,
  "backslashes and pipes in the header": (size) => `CEF:0|${"\\|".repeat(size / 2)}`,
  "backslashes in the header": (size) => `CEF:0|${"\\".repeat(size)}|b|c|d|e|1|`,
  "a= again and again": (size) => `${HEADER}${"a=".repeat(size / 2)}`,
  "a= and a space again and again": (size) => `${HEADER}${"a= ".repeat(size / 3)}`,
  "many keys": (size) => HEADER + Array.from({ length: size / 8 }, (_, i) => `k${i}=v`).join(" "),
  "equals signs": (size) => `${HEADER}a${"=".repeat(size)}`,
  "a key without end": (size) => `${HEADER}a=1 ${"k".repeat(size)}`,
  "words without =": (size) => `${HEADER}a=${"word ".repeat(size / 5)}`,
  pipes: (size) => `${HEADER}a=${"|".repeat(size)}`,
  "CEF: again and again": (size) => "CEF:".repeat(size / 4),
  "CEF:0 again and again": (size) => "CEF:0".repeat(size / 5),
  "digits behind CEF:": (size) => `CEF:${"1".repeat(size)}`,
  "line breaks": (size) => `${HEADER}a=1${"\r\n".repeat(size / 2)}`,
  "sig= again and again": (size) => `${HEADER}a=1${" sig=".repeat(size / 5)}`,
};
