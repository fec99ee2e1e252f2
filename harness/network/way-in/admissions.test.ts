import { describe, expect, it } from "vitest";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { createVirtualClock } from "../../core/time/virtual-clock.ts";
import { createAdmissions } from "./admissions.ts";

const HOST = "login.microsoftonline.com";

/** A service whose connections fail with that fault, and who was named as their cause. */
function admissionsWith(fault?: NetworkFault) {
  const failing: Parameters<typeof createAdmissions>[0]["failing"] = new WeakMap();
  const named: string[] = [];
  const admissions = createAdmissions({
    clock: createVirtualClock({ startMs: 0 }),
    failing,
    causeOf: ({ process, address }) => ({ client: process?.name ?? address }),
    onHarnessError: (error) => {
      throw error;
    },
    service: {
      async connect(attempt) {
        if (fault === undefined) return;
        const cause = await failing.get(attempt)?.(fault);
        named.push(cause?.client ?? "no client");
        throw fault;
      },
      handle: () => Promise.reject(new Error("not asked")),
    },
  });
  return { admissions, named };
}

describe("an admission", () => {
  it("does not ask who connects, as long as the connection will be made", async () => {
    const { admissions } = admissionsWith();
    const client = () => Promise.reject(new Error("it was looked up"));
    await expect(admissions.admit(HOST, client)).resolves.toBe("served");
    expect(admissions.take(HOST)).toEqual({
      untilMs: expect.any(Number) as number,
      wrongName: false,
    });
    expect(admissions.take(HOST)).toBeUndefined();
  });

  it("asks before it answers that the connection fails", async () => {
    const fault = new NetworkFault("ENOTFOUND", HOST);
    const { admissions, named } = admissionsWith(fault);
    const process = { pid: 7, startedAt: "1", name: "nightly", ancestry: [7] };
    const client = () => Promise.resolve({ process, address: "127.0.0.1" });
    await expect(admissions.admit(HOST, client)).resolves.toBe(fault);
    await expect.poll(() => named).toEqual(["nightly"]);
  });

  it("is of simulated hosts only", async () => {
    const { admissions } = admissionsWith();
    const client = () => Promise.reject(new Error("it was looked up"));
    await expect(admissions.admit("example.com", client)).resolves.toBe("not-served");
  });
});
