export { type KonnectServer, type StartKonnectOptions, startKonnect } from "./konnect/server.js";
