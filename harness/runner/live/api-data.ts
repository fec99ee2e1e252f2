/** What protected APIs answer to a good token, by address: a test's own data. */
import type { World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";

export interface ApiData {
  /** Throws `bad-usage` for an address that no API of the world has. */
  put(address: string, data: object): void;
  /** By origin and path, the query does not count; the name of its API where nobody has said anything. */
  at(url: string): object;
  /** Where the name of the API was all that there was to say. */
  answeredByDefault(): readonly DefaultAnswer[];
}

export interface DefaultAnswer {
  /** Origin and path. */
  readonly address: string;
  readonly answer: object;
}

/** Nothing yet: an API answers its name. */
export function createApiData({ resources }: World): ApiData {
  const known = new Map<string, object>();
  const byDefault = new Map<string, object>();
  return {
    put(address, data) {
      const hosts = resources.flatMap((resource) => resource.hosts);
      if (!URL.canParse(address) || !hosts.includes(new URL(address).hostname)) {
        throw new HarnessError("bad-usage", `"${address}" is no address of a protected API`, {
          place: "entra.api",
          hint: `Write a whole address, such as https://${hosts[0] ?? "graph.microsoft.com"}/v1.0/me; the world has ${hosts.join(", ")}.`,
        });
      }
      known.set(keyOf(address), data);
    },
    at(url) {
      const key = keyOf(url);
      const data = known.get(key);
      if (data !== undefined) return data;
      const { hostname } = new URL(url);
      const answer = { resource: resources.find(({ hosts }) => hosts.includes(hostname))?.name };
      byDefault.set(key, answer);
      return answer;
    },
    answeredByDefault: () => [...byDefault].map(([address, answer]) => ({ address, answer })),
  };
}

function keyOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
