/** The data that protected APIs answer to a valid token, by address. */
import type { World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import { expected, reasonOf } from "../../core/validation-messages.ts";
import type { AnswerFor } from "../../network/mount.ts";
import { isServedUrl } from "../../network/served-hosts.ts";

export interface ApiData {
  /**
   * Throws `bad-usage` for an address that no API of the world has, unless `elsewhere` answers for
   * other hosts, and for data that are no JSON object or array.
   */
  put(address: string, data: object, elsewhere?: AnswerFor): void;
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
  const hosts = resources.flatMap((resource) => resource.hosts);
  const checkAddress = (address: unknown, elsewhere: AnswerFor | undefined): void => {
    if (typeof address === "string" && hosts.includes(URL.parse(address)?.hostname ?? "")) return;
    const hint = `Write the whole address, such as https://${hosts[0] ?? "graph.microsoft.com"}/v1.0/me; the world has ${hosts.join(", ")}.${elsewhere === undefined ? " For another host take the mount msw or nock, or answer in your code." : ""}`;
    throw bad(expected("an address of a protected API", address), hint);
  };
  const known = new Map<string, object>();
  const byDefault = new Map<string, object>();
  return {
    put(address, data, elsewhere) {
      const url = typeof address === "string" ? URL.parse(address) : null;
      const isElsewhere =
        url !== null &&
        /^https?:$/.test(url.protocol) &&
        !isServedUrl(url) &&
        !hosts.includes(url.hostname);
      if (elsewhere !== undefined && isElsewhere) {
        checkData(data);
        elsewhere(url, data);
        return;
      }
      checkAddress(address, elsewhere);
      checkData(data);
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

/** Data come as JSON: what cannot be written so would fail in the middle of an answer. */
function checkData(data: unknown): void {
  const hint = 'Such as { value: [{ subject: "Budget" }] }.';
  if (typeof data !== "object" || data === null)
    throw bad(expected("an object with the data", data), hint);
  try {
    JSON.stringify(data);
  } catch (error) {
    const [why = ""] = reasonOf(error).split("\n", 1);
    throw bad(`expected data that can be written as JSON: ${why}`, hint);
  }
}

function bad(message: string, hint: string): HarnessError {
  return new HarnessError("bad-usage", message, { place: "api", hint });
}

function keyOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
