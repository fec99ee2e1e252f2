import { describe, expect, it } from "vitest";
import { loadClient } from "../../clients/registry.ts";
import { learnBehaviour } from "./learn-behaviour.ts";

describe("what is read off a client", () => {
  it("is how long before its end a token is renewed, and what each failure makes of later calls", async () => {
    const client = await loadClient("bare-fetch", { needs: ["client-credentials"] });
    const { name, renewsBeforeMs, onFailure } = await learnBehaviour(client, "client-credentials");
    expect(name).toBe("bare-fetch 1");
    expect(renewsBeforeMs).toBe(300_000);
    const waits = { retriesAfterMs: [], holdsMs: 5_000 };
    expect(onFailure).toEqual({
      throttled: { ...waits, honoursRetryAfter: true },
      unavailable: { ...waits, honoursRetryAfter: true },
      gateway: { ...waits, honoursRetryAfter: true },
      unreachable: { ...waits, honoursRetryAfter: false },
      "timed-out": { ...waits, honoursRetryAfter: false },
    });
  });

  it("is otherwise for a client that sends the next request although Retry-After is running", async () => {
    const client = await loadClient("bare-fetch-ignores-retry-after", {
      needs: ["client-credentials"],
    });
    const { onFailure } = await learnBehaviour(client, "client-credentials");
    expect(onFailure.throttled).toEqual({
      retriesAfterMs: [],
      holdsMs: 0,
      honoursRetryAfter: false,
    });
  });

  it("cannot be had of a client without the flow", async () => {
    const client = await loadClient("node-saml", { needs: [] });
    await expect(learnBehaviour(client, "client-credentials")).rejects.toThrow(
      /node-saml cannot be asked for tokens by client-credentials/,
    );
  });
});
