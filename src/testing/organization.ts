/** The organization of every record and of the simulator, whatever the seed: an archive has the records of one. */
export const DEFAULT_ORGANIZATION = "6f1f8f9c-0d7c-4f0e-9a52-3c8e0d6f2b17";
