import { describe, expect, it } from "vitest";
import { metadata } from "./metadata.ts";
import { ada, ben, type Ask } from "../../test/support/check-story-wire.ts";
import { story, type Story } from "../../test/support/check-story.ts";

const judge = (told: Story) => metadata.judge(told.history());
const configuration = { endpoint: "openid-configuration" } as const;
const keys = { endpoint: "keys" } as const;

/** A client that has read the metadata and got a token. */
function warmClient(): Story {
  const told = story();
  const call = told.operation();
  told.exchange({ by: call, ...configuration });
  told.exchange({ by: call });
  call.ok();
  return told;
}

/** A call that asks for metadata, gets none, and fails. */
function failsForWantOf(told: Story, ask: Ask): void {
  const call = told.operation();
  told.exchange({ by: call, ...ask, status: 503 });
  call.fails({ code: "endpoints_resolution_error" });
}

describe("metadata", () => {
  it("holds for a client that reads it once a day", () => {
    const told = warmClient();
    told.at("01:00:00");
    const call = told.operation();
    told.exchange({ by: call });
    call.ok();
    told.at("24:00:00");
    told.exchange(configuration);
    expect(judge(told).verdict).toBe("pass");
  });

  it("holds for other documents, tenants, processes and what failed or came together", () => {
    const told = story();
    const first = told.request(configuration);
    const second = told.request(configuration);
    first.answered({ status: 503 });
    second.answered();
    told.exchange(keys);
    told.exchange({ ...configuration, tenant: "common" });
    told.exchange({ ...configuration, client: "app-2" });
    told.restarted();
    told.exchange(configuration);
    expect(judge(told).verdict).toBe("pass");
  });

  it("holds for a warm client that lives without it", () => {
    const told = story();
    const signIn = told.operation();
    told.exchange({ by: signIn });
    signIn.ok();
    told.fault({ id: "down", on: ["openid-configuration"] });
    told.at("00:01:00");
    told.operation().ok();
    expect(judge(told)).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("1 call of warm processes"),
    });
  });

  it("is broken by reading the same document again within a day", () => {
    const told = warmClient();
    told.at("23:00:00");
    told.exchange(configuration);
    expect(judge(told)).toEqual({
      verdict: "fail",
      message: "app-1 read openid-configuration again 23h after it had it; it is good for 1d.",
      evidence: [2, 6],
    });
  });

  it("lets a process read the keys again once they have been rotated", () => {
    const told = story();
    told.exchange(keys);
    told.changed("keys-rotated");
    told.exchange(keys);
    expect(judge(told).verdict).toBe("pass");
    told.exchange(keys);
    expect(judge(told).verdict).toBe("fail");
  });

  it("is broken by reading it again under another correlation id", () => {
    const told = story();
    const url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1";
    const discovery = { endpoint: "instance-discovery" } as const;
    told.exchange({ ...discovery, url: `${url}&client-request-id=1` });
    told.exchange({ ...discovery, url: `${url}&authorization_endpoint=another` });
    expect(judge(told).verdict).toBe("pass");
    told.exchange({ ...discovery, url: `${url}&client-request-id=2` });
    expect(judge(told).verdict).toBe("fail");
  });

  it("is broken by a warm client that fails for want of it", () => {
    const told = warmClient();
    told.at("30:00:00");
    failsForWantOf(told, configuration);
    expect(judge(told)).toEqual({
      verdict: "fail",
      message:
        "app-1, although warm, failed a call for want of openid-configuration, which ended with a 503.",
      evidence: [8, 9],
    });
  });

  it("lets a cold client fail, and a warm one for another reason", () => {
    const told = story();
    failsForWantOf(told, configuration);
    expect(judge(told).verdict).toBe("inconclusive");
    const warm = warmClient();
    warm.at("30:00:00");
    const call = warm.operation();
    warm.exchange({ by: call, ...configuration, status: 503 });
    warm.exchange({ by: call, status: 503 });
    call.fails();
    expect(judge(warm).verdict).toBe("pass");
    const elsewhere = warm.operation({ tenant: "another" });
    warm.exchange({ by: elsewhere, ...configuration, networkFault: "ENOTFOUND" });
    elsewhere.fails();
    expect(judge(warm).verdict).toBe("pass");
    warm.restarted();
    failsForWantOf(warm, configuration);
    expect(judge(warm).verdict).toBe("pass");
  });

  it("saw nothing without metadata, nor when nothing followed it", () => {
    const told = story();
    for (const user of [ada, ben]) {
      const call = told.operation({ user });
      told.exchange({ by: call });
      call.ok();
    }
    expect(judge(told).verdict).toBe("inconclusive");
    const last = story();
    last.exchange(configuration);
    last.exchange({ client: "app-2" });
    expect(judge(last).verdict).toBe("inconclusive");
  });
});

it("takes each load of a page for a process of its own", () => {
  const told = story();
  const reads = (tab: string): void => {
    told.exchange({ by: told.operation({ tab }), ...configuration });
  };
  reads("tab-1");
  reads("tab-2");
  told.tab("reloaded");
  reads("tab-1");
  expect(judge(told).verdict).not.toBe("fail");
  reads("tab-2");
  expect(judge(told).verdict).toBe("fail");
});
