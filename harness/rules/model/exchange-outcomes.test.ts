import { describe, expect, it } from "vitest";
import { type Ask, type Reply } from "../../../test/support/run-builder-wire.ts";
import { buildRun } from "../../../test/support/run-builder.ts";
import { exchangesOf } from "./exchanges.ts";
import { isServiceFailure } from "./exchange-outcomes.ts";

describe("a 404 or 410", () => {
  it("is a service failure of a machine's endpoint, unless Service Fabric means that the identity does not exist", () => {
    const failed = (ask: Ask & Reply): boolean => {
      const run = buildRun();
      run.exchange(ask);
      return exchangesOf(run.history()).some(isServiceFailure);
    };
    const endpoint = "managed-identity";
    expect(failed({ endpoint, status: 404 })).toBe(true);
    expect(failed({ endpoint, status: 410 })).toBe(true);
    expect(failed({ endpoint, status: 404, error: "ManagedIdentityNotFound" })).toBe(false);
    expect(failed({ endpoint, status: 400 })).toBe(false);
    expect(failed({ endpoint: "token", status: 404 })).toBe(false);
  });
});
