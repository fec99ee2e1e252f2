/** Checks the names of endpoints in tests. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { endpoints } from "../entra/request/endpoint.ts";

/** Throws `unknown-name`, with the nearest name, for an endpoint that does not exist. */
export function checkEndpoint(endpoint: string): void {
  if ((endpoints as readonly string[]).includes(endpoint)) return;
  throw new HarnessError("unknown-name", `there is no endpoint "${endpoint}"`, {
    place: "endpoint",
    hint: suggestNames(endpoint, endpoints, `There are ${endpoints.join(", ")}.`),
  });
}
