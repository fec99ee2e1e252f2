/** What Chromium repeats by itself, and that nothing else is taken for it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createResponse } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { isResent } from "../../core/http/resent.ts";
import { createResends } from "./resends.ts";
import { HOST } from "../../../test/support/mount.ts";
import {
  APP,
  type BrowserBench,
  closeBrowser,
  startBrowserBench,
} from "../../../test/support/mount-browser.ts";

describe("repetitions", () => {
  const post = new Request(`${HOST}/token`, { method: "POST", body: "" });
  const counting = (pages: () => number) => createResends(() => Promise.resolve(pages()));

  it("are what arrives more often than pages asked, after something broke", async () => {
    let pages = 1;
    const resends = counting(() => pages);
    expect(await resends.arrived(post)).toBeUndefined();
    resends.broken(post, "exchange");
    expect(await resends.arrived(post)).toBe("exchange");
    expect(await resends.arrived(post)).toBe("exchange");
    pages = 2;
    expect(await resends.arrived(post)).toBeUndefined();
    expect(await resends.arrived(new Request(`${HOST}/other`))).toBeUndefined();
  });

  it("are not looked for where nothing broke", async () => {
    const resends = counting(() => {
      throw new Error("must not be called");
    });
    expect(await resends.arrived(post)).toBeUndefined();
    expect(await resends.arrived(post)).toBeUndefined();
  });

  it("of a preflight are counted by the request that it is for", async () => {
    const asked: string[] = [];
    const resends = createResends((method) => {
      asked.push(method);
      return Promise.resolve(1);
    });
    const preflight = new Request(post.url, {
      method: "OPTIONS",
      headers: { "Access-Control-Request-Method": "PUT" },
    });
    await resends.arrived(preflight);
    resends.broken(preflight, "exchange");
    expect(await resends.arrived(preflight)).toBe("exchange");
    expect(asked).toEqual(["PUT"]);
  });
});

describe.skipIf(wantsNoBrowser())("in a real browser", () => {
  let bench: BrowserBench;
  const arrivals: string[] = [];
  let fault: "none" | "exchange" | "connection" = "none";
  beforeAll(async () => {
    bench = await startBrowserBench("proxy");
    const note = (request: Request): void =>
      void arrivals.push(`${request.method}${isResent(request) ? " resent" : ""}`);
    bench.serve({
      connect: (attempt) => {
        if (fault !== "connection") return Promise.resolve();
        note(attempt);
        return Promise.reject(new NetworkFault("ECONNREFUSED", "login.microsoftonline.com"));
      },
      handle: (request) => {
        note(request);
        if (fault === "exchange")
          return Promise.reject(new NetworkFault("ECONNRESET", "login.microsoftonline.com"));
        const headers = [["Access-Control-Allow-Origin", "*"]] as const;
        return Promise.resolve(createResponse("{}", { status: 200, headers }));
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await closeBrowser();
  });

  /** What arrives meanwhile, and how often the page asked. */
  const during = async (
    broken: typeof fault,
    work: () => Promise<unknown>,
  ): Promise<{ readonly arrivals: readonly string[]; readonly page: number }> => {
    const before = bench.profile.time.requests();
    arrivals.length = 0;
    fault = broken;
    await bench.drive(work);
    return { arrivals: [...arrivals], page: bench.profile.time.requests() - before };
  };
  const post = (times = 1): Promise<unknown> =>
    bench.page.evaluate(
      async ([url, count]) => {
        // As a client that tries again at once.
        for (let number = 0; number < count; number += 1)
          await fetch(url, { method: "POST", body: "grant_type=x" }).catch(() => undefined);
      },
      [`${HOST}/token`, times] as const,
    );

  it("a request on a fresh connection arrives once", async () => {
    expect(await during("exchange", () => post())).toEqual({ arrivals: ["POST"], page: 1 });
  });

  it("a request on one that lay ready arrives twice, and the page asked once", async () => {
    await during("none", () => post());
    expect(await during("exchange", () => post())).toEqual({
      arrivals: ["POST", "POST resent"],
      page: 1,
    });
  });

  it("a client that tries again at once is distinguished from the browser", async () => {
    await during("none", () => post());
    expect(await during("exchange", () => post(3))).toEqual({
      arrivals: ["POST", "POST resent", "POST", "POST"],
      page: 3,
    });
  });

  it("a connection that is refused is one exchange, although the browser may try again", async () => {
    await during("none", () => post());
    expect(await during("connection", () => post())).toEqual({ arrivals: ["POST"], page: 1 });
  });

  it("a page that cannot be reached is asked for once", async () => {
    const { arrivals: seen, page } = await during("exchange", () =>
      bench.page.goto(`${HOST}/authorize`).catch(() => undefined),
    );
    expect(seen.filter((one) => one === "GET")).toEqual(["GET"]);
    expect(page).toBe(1);
    await bench.page.waitForURL(/^chrome-error:/);
    await during("none", () => bench.page.goto(`${APP}/`));
  });
});
