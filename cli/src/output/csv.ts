/**
 * What makes a formula of a cell: a sign at its start, also a full-width one; or behind a separator, where a spreadsheet that splits at
 * semicolons or tabs begins another cell.
 */
const FORMULA = /(^|[,;\t\r\n])([ "']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/**
 * One record of CSV (RFC 4180), with a comma and CRLF. What a spreadsheet would run as a formula gets an apostrophe in front, as
 * OWASP advises, because clients choose text in a record.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = (/^[\t\r]/.test(text) ? `'${text}` : text).replace(FORMULA, "$1$2'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
