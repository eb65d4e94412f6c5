// The smoke test in a page.
import { smoke } from "./smoke.mjs";

globalThis.runSmoke = smoke;
