import type { KonnectClient } from "konnect-audit-logs";

/** The same client, except that calls that would change something return what they were given. */
export function withoutWrites(konnect: KonnectClient): KonnectClient {
  const writes: Partial<Record<string, (...args: never[]) => Promise<unknown>>> = {
    createDestination: async (input: object) => ({ ...input, id: "new", authorization: undefined }),
    updateDestination: async (id: string, input: object) => ({ ...input, id, authorization: undefined }),
    deleteDestination: async () => {},
    enableWebhook: async (id: string) => ({ audit_log_destination_id: id, enabled: true }),
    updateWebhook: async (input: object) => input,
    disableWebhook: async () => {},
    deleteWebhook: async () => {},
  };
  return new Proxy(konnect, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(writes, name)) return writes[name];
      if (name === "portal") return (id: string) => withoutWrites(target.portal(id) as KonnectClient);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
