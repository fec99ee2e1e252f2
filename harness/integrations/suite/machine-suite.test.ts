/** Code with a managed identity, whose library keeps tokens for the whole process. */
import { ManagedIdentityCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { useEntra } from "../vitest.ts";

const entra = useEntra({ machine: "web-vm" });

const load = () => new ManagedIdentityCredential().getToken("https://graph.microsoft.com/.default");

describe("a managed identity in two tests", () => {
  let hasPassed = false;

  it("gets its token in the first", async () => {
    await entra.operate("load", load);
    expect(entra).toHaveRequested("managed-identity", { times: 1 });
    expect(entra.timeline()).toMatch(/operation 1 is ok: token at-/);
  });

  it.fails("and fails the second with it, whose machine answers nothing", async () => {
    entra.faults([
      {
        id: "refused",
        at: "machine",
        on: ["managed-identity"],
        from: 0,
        for: 60_000,
        effect: { kind: "refused" },
      },
    ]);
    await entra.operate("load", load);
    await entra.clock.advance("5m");
    await entra.operate("load", load);
    expect(entra).toHaveRequested("managed-identity", { times: 0 });
    expect(() => expect(entra).toHaveRecovered()).toThrow(/recovery has nothing to judge/);
    hasPassed = true;
  });

  it("which fails by the old token alone", () => {
    expect(hasPassed).toBe(true);
  });
});
