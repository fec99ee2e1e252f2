/** The part of the mounts' common suite in which the network breaks; `mount-suite.ts` calls it. */
import { expect, it } from "vitest";
import { NetworkFault, type NetworkFaultCode } from "../../harness/core/http/network-fault.ts";
import { answerWith, HOST, type MountBench } from "./mount.ts";

export interface MountExceptions {
  /** Codes that this mount's stack reports for a failed connection, where they differ. */
  readonly connectionCodes?: Partial<Record<NetworkFaultCode, string>>;
}

/** Every way in which there is no answer. */
export function describeNetworkFaults(
  bench: () => MountBench,
  { connectionCodes }: MountExceptions,
): void {
  const host = new URL(HOST).hostname;

  it.each<NetworkFaultCode>([
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "ETIMEDOUT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UND_ERR_SOCKET",
  ])("fails a connection with %s", async (code) => {
    bench().serve({ connect: () => Promise.reject(new NetworkFault(code, host)) });
    const { failure } = await bench().send("/t", { method: "POST", body: "a=1" });
    expect(failure).toMatchObject({ name: "TypeError", message: "fetch failed" });
    expect(failure?.cause?.code).toBe(connectionCodes?.[code] ?? code);
    expect(bench().harnessErrors).toEqual([]);
  });

  it.each<NetworkFaultCode>(["ECONNRESET", "UND_ERR_SOCKET"])(
    "fails an unanswered request with %s",
    async (code) => {
      bench().serve({ handle: () => Promise.reject(new NetworkFault(code, host)) });
      const { failure } = await bench().send("/t", { method: "POST", body: "a=1" });
      expect(failure).toMatchObject({ name: "TypeError", message: "fetch failed" });
      expect(failure?.cause?.code).toBe(code);
    },
  );

  it("leaves a lost connection pending until the service gives it up", async () => {
    bench().serve({
      connect: async () => {
        await bench().clock.sleep(8_000);
        throw new NetworkFault("ETIMEDOUT", host);
      },
    });
    const { failure, tookMs } = await bench().send("/t");
    expect([failure?.cause?.code, tookMs]).toEqual(["ETIMEDOUT", 8_000]);
  });

  it("recovers: the request after a fault is answered", async () => {
    bench().serve({ connect: () => Promise.reject(new NetworkFault("ECONNREFUSED", host)) });
    expect((await bench().send("/t")).failure?.cause?.code).toBe("ECONNREFUSED");
    bench().serve({});
    expect((await bench().send("/t")).status).toBe(200);
  });
}

/** Every way in which an answer arrives badly. */
export function describeBodies(bench: () => MountBench): void {
  it.each([
    ["fin", "UND_ERR_SOCKET"],
    ["reset", "ECONNRESET"],
  ] as const)("cuts a body by %s after its first bytes", async (by, code) => {
    bench().serve({ handle: answerWith('{"access_token":"x"}', { kind: "cut", bytes: 9, by }) });
    const sent = await bench().send("/t");
    expect([sent.status, sent.body]).toEqual([200, '{"access_']);
    expect(sent.bodyFailure).toMatchObject({ name: "TypeError", message: "terminated" });
    expect(sent.bodyFailure?.cause?.code).toBe(code);
    await bench().clock.idle();
    expect(bench().clock.gate.awake()).toBe(0);
  });

  it("stalls a body in virtual time", async () => {
    bench().serve({ handle: answerWith('{"a":1}', { kind: "stalled", bytes: 3, forMs: 45_000 }) });
    expect(await bench().send("/t")).toMatchObject({ body: '{"a":1}', tookMs: 45_000 });
  });

  it("sends a body slowly in virtual time", async () => {
    bench().serve({
      handle: answerWith("0123456789", { kind: "slow", chunkBytes: 4, everyMs: 1_500 }),
    });
    expect(await bench().send("/t")).toMatchObject({ body: "0123456789", tookMs: 3_000 });
  });

  it("ends a body when its caller gives up", async () => {
    const { clock } = bench();
    bench().serve({ handle: answerWith('{"a":1}', { kind: "stalled", bytes: 3, forMs: 45_000 }) });
    const caller = new AbortController();
    clock.setTimer(() => caller.abort(new Error("the caller's own reason")), 2_000);
    const { bodyFailure, tookMs } = await bench().send("/t", { signal: caller.signal });
    expect([bodyFailure?.message, tookMs]).toEqual(["the caller's own reason", 2_000]);
    await clock.idle();
    expect(clock.gate.awake()).toBe(0);
  });

  it("does not wait for a caller who never reads", async () => {
    const { clock, mounted } = bench();
    for (const kind of ["fin", "reset"] as const) {
      bench().serve({ handle: answerWith('{"a":1}', { kind: "cut", bytes: 3, by: kind }) });
      await clock.drive(mounted.fetch(new Request(`${HOST}/t`)));
      await clock.idle();
    }
    bench().serve({ handle: answerWith('{"a":1}', { kind: "stalled", bytes: 3, forMs: 45_000 }) });
    const unread = await clock.drive(mounted.fetch(new Request(`${HOST}/t`)));
    await clock.drive(clock.sleep(60_000));
    await clock.idle();
    expect([unread.bodyUsed, clock.gate.awake()]).toEqual([false, 0]);
  });

  it("gives up on a body that stalls for longer than 300 s", async () => {
    bench().serve({ handle: answerWith('{"a":1}', { kind: "stalled", bytes: 3, forMs: 900_000 }) });
    const { body, bodyFailure, tookMs } = await bench().send("/t");
    expect([body, bodyFailure?.cause?.code]).toEqual(['{"a', "UND_ERR_BODY_TIMEOUT"]);
    expect(Math.abs(tookMs - 300_000)).toBeLessThanOrEqual(1_000);
  });
}
