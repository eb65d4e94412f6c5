/**
 * One record of CSV (RFC 4180), with a comma and CRLF. A cell that a spreadsheet would run as a formula gets an apostrophe in
 * front, as OWASP advises, because clients choose text in a record.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
