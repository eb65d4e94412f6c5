import type { Answer } from "./problem.js";
import type { Channel, State } from "./state.js";

/** What a route works on. */
export interface RouteContext {
  state: State;
  /** What stands for `{id}` and `{portalId}` in the path. */
  path: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  /** Delivers records of the log to a channel after a while, as a replay does. */
  later: (ms: number, work: () => void) => void;
  deliver: (channel: Channel, from: number, to: number) => void;
}

/** One operation of the API. */
export interface Route {
  method: string;
  /** With `{id}` where an id stands. */
  path: string;
  /** What an authorization record says of it. */
  resource: string;
  action: string;
  /** Answered without a token, and without records. */
  isPublic?: boolean | undefined;
  handle(context: RouteContext): Answer;
}

/** Finds the channel that a route is about. */
export type FindChannel = (context: RouteContext) => Channel;
