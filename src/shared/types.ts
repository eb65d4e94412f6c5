/** Options with their defaults filled in: no member is missing or `undefined`. */
export type Complete<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };
