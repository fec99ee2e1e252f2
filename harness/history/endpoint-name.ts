/** Checks the names of endpoints in tests. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { textOf } from "../core/thrown.ts";
import { endpoints } from "../entra/request/endpoint.ts";

/** Throws `unknown-name`, with the nearest name, for an endpoint that does not exist. */
export function checkEndpoint(endpoint: string): void {
  if ((endpoints as readonly string[]).includes(endpoint)) return;
  const name = textOf(endpoint);
  throw new HarnessError("unknown-name", `there is no endpoint "${name}"`, {
    place: "endpoint",
    hint: suggestNames(name, endpoints, `There are ${endpoints.join(", ")}.`),
  });
}
