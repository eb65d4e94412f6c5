export function compile(entry: string, more?: Record<string, string>): Promise<Uint8Array<ArrayBuffer>>;
