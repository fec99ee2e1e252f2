/** The data that protected APIs answer to a valid token, by address. */
import type { World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";

export interface ApiData {
  /** Throws `bad-usage` for an address that no API of the world has. */
  put(address: string, data: object): void;
  /** The data of an address by origin and path, without the query; the name of its API by default. */
  at(url: string): object;
  /** The addresses at which an API answered with its name. */
  answeredByDefault(): readonly DefaultAnswer[];
}

export interface DefaultAnswer {
  /** Origin and path. */
  readonly address: string;
  readonly answer: object;
}

/** Creates the data, with none: each API answers its name. */
export function createApiData({ resources }: World): ApiData {
  const known = new Map<string, object>();
  const byDefault = new Map<string, object>();
  return {
    put(address, data) {
      const hosts = resources.flatMap((resource) => resource.hosts);
      if (!URL.canParse(address) || !hosts.includes(new URL(address).hostname)) {
        throw new HarnessError(
          "bad-usage",
          `expected an address of a protected API, found "${address}"`,
          {
            place: "entra.api",
            hint: `Write the whole address, such as https://${hosts[0] ?? "graph.microsoft.com"}/v1.0/me; the world has ${hosts.join(", ")}.`,
          },
        );
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
