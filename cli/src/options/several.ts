/** A parser of an option that may be repeated. Its variable has the values separated by commas. */
export interface ListParser<T> {
  (text: string, before: T[] | undefined): T[];
  readonly isList: true;
}

export function several<T>(parse: (text: string) => T): ListParser<T> {
  const parser = (text: string, before: T[] = []) => [...before, parse(text)];
  return Object.assign(parser, { isList: true as const });
}

/** Text as it is given. */
export function text(given: string): string {
  return given;
}
