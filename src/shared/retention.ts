/** How long Konnect keeps records, in ms. A replay reaches no further back, and a pull covers as much by default. */
export const SEVEN_DAYS = 7 * 24 * 3_600_000;
