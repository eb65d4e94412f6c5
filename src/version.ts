/** The version of this package; a test checks that it equals the one in package.json. */
export const VERSION = "1.0.0-rc.1";
