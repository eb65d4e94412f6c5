/** What moves a terminal's cursor, hides text or ends a line. Joiners (U+200C, U+200D) are part of ordinary words. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text for one line of a log: nothing in it can forge another line, or hide what it says. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
