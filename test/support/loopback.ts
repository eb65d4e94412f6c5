import { once } from "node:events";
import { createServer, type RequestListener, Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";

/** A server on a free port of 127.0.0.1. */
export interface Loopback {
  port: number;
  /** Without a slash at its end. */
  url: string;
  /** How many connections to it are open. */
  connections(): Promise<number>;
  /** Cuts every connection and frees the port. May be called again. */
  close(): Promise<void>;
}

/** Serves HTTP. */
export function serve(listener: RequestListener): Promise<Loopback> {
  return listen(createServer(listener));
}

/** Lets a server listen. */
export async function listen(server: TcpServer): Promise<Loopback> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    async close() {
      if (server instanceof Server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const { port, close } = await listen(createTcpServer());
  await close();
  return port;
}
