import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * Runs an example as a command. `--help` prints its help. A failure prints one sentence and exits with 1, or with the status
 * that the command set.
 */
export async function command<Options extends NonNullable<ParseArgsConfig["options"]>>(
  help: string,
  options: Options,
  run: (
    values: ReturnType<typeof parseArgs<{ options: Options; strict: true }>>["values"],
    words: string[],
  ) => Promise<void>,
): Promise<void> {
  try {
    const all = { ...options, help: { type: "boolean" } } as const;
    const { values, positionals } = parseArgs({ options: all, strict: true, allowPositionals: true });
    if ((values as { help?: boolean }).help === true) console.log(help);
    else await run(values as Parameters<typeof run>[0], positionals);
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : error}`);
    // The command may have set another status.
    process.exitCode ||= 1;
  }
}

/** A required environment variable. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set the environment variable ${name}; see --help`);
  return value;
}
