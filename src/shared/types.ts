/** Options whose defaults are filled in: nothing is missing, and nothing is `undefined`. */
export type Complete<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };
