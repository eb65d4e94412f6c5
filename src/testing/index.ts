export type { Fault } from "./konnect/faults.js";
export { type KonnectServer, type StartKonnectOptions, startKonnect } from "./konnect/server.js";
