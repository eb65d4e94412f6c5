import { afterEach } from "vitest";
import { undoAll } from "./cleanup.js";

// Vitest runs this file before each test file, also where test files share their modules.
afterEach(undoAll);
