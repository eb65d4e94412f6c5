export * from "./records/index.js";
export * from "./signature/index.js";
