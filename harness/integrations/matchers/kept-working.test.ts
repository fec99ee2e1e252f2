/** Which outages `toHaveKeptWorkingFromCache` judges; `matchers.test.ts` has what it says of them. */
import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { keptWorkingFromCache } from "./kept-working.ts";

const load = { client: "shop", flow: "custom", app: "load", tenant: "", scopes: [] } as const;

/** `load` gets its token from an endpoint; a window opens; `load` works again in it. */
function judge(
  endpoint: "token" | "managed-identity",
  window: Parameters<ReturnType<typeof buildRun>["fault"]>[0],
) {
  const run = buildRun();
  const first = run.operation(load);
  run.exchange({ client: "shop", endpoint, by: first, issued: { token: run.token() } });
  first.ok({ token: "none" });
  const end = run.fault(window);
  run.operation(load).ok({ token: "none" });
  end();
  return keptWorkingFromCache(run.history());
}

const entraDown = { id: "down" };
const machineDown = { id: "down", at: "machine", on: ["managed-identity"] } as const;

describe("an outage of the endpoint of a machine", () => {
  it("keeps a managed identity from getting tokens", () => {
    expect(judge("managed-identity", machineDown).verdict).toBe("pass");
  });

  it("is asked for when Entra alone was down", () => {
    expect(judge("managed-identity", entraDown)).toEqual({
      verdict: "inconclusive",
      message: expect.stringContaining('outage("identity-endpoint-down")'),
    });
  });

  it("is none for an application that asks the token endpoint", () => {
    expect(judge("token", machineDown).verdict).toBe("inconclusive");
    expect(judge("token", entraDown).verdict).toBe("pass");
  });
});
