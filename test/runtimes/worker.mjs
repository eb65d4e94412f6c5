// The smoke test as a Worker: the request carries the configuration.
import { receive } from "./receiver.mjs";
import { smoke } from "./smoke.mjs";

export default {
  async fetch(request) {
    try {
      const config = await request.json();
      return Response.json({ ...(await smoke(config)), receiver: await receive(config) });
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
