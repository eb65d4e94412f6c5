/** True if an odd number of backslashes, none of them before `from`, precedes the character at `at`. */
export function isEscaped(text: string, at: number, from: number): boolean {
  let start = at;
  while (start > from && text.charCodeAt(start - 1) === 0x5c) start--;
  return (at - start) % 2 === 1;
}
