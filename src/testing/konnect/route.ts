import type { Answer } from "./problem.js";
import type { Channel, State } from "./state.js";

/** What a route gets. */
export interface RouteContext {
  state: State;
  /** The values of `{id}` and `{portalId}` in the path. */
  path: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  /** Delivers records of the log to a channel after a wait, for a replay. */
  later: (ms: number, work: () => void) => void;
  deliver: (channel: Channel, from: number, to: number) => void;
}

/** One operation of the API. */
export interface Route {
  method: string;
  /** The path, with `{id}` for an id. */
  path: string;
  /** The action and the resource in its authorization record. */
  resource: string;
  action: string;
  /** Needs no token, and writes no records. */
  isPublic?: boolean | undefined;
  handle(context: RouteContext): Answer;
}

/** Finds the channel of a route. */
export type FindChannel = (context: RouteContext) => Channel;
