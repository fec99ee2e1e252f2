/** CORS in a real Chromium: the same under `route` and `proxy`, although Playwright hides parts of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createResponse, type HeaderPair } from "../../core/http/message.ts";
import { NetworkFault } from "../../core/http/network-fault.ts";
import { browserMounts } from "../mount-names.ts";
import { HOST } from "../../../test/support/mount.ts";
import {
  APP,
  type BrowserBench,
  closeBrowser,
  startBrowserBench,
} from "../../../test/support/mount-browser.ts";

const shared: HeaderPair = ["Access-Control-Allow-Origin", "*"];
const own: HeaderPair = ["Access-Control-Allow-Origin", APP];
interface Init {
  readonly method?: "POST";
  readonly mode?: "no-cors";
  readonly credentials?: "include";
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const FAILED = "TypeError: Failed to fetch";

afterAll(closeBrowser);

describe.skipIf(wantsNoBrowser()).each(browserMounts)("CORS under %s", (mount) => {
  let bench: BrowserBench;
  let arrivals: string[] = [];
  beforeAll(async () => {
    bench = await startBrowserBench(mount);
  });
  afterAll(() => bench.stop());

  /** What a page sees of an answer with these headers, when preflights are answered with those. */
  const call = async (
    path: string,
    init: Init,
    { headers, preflight = [] }: { headers: HeaderPair[]; preflight?: HeaderPair[] | "broken" },
  ): Promise<string> => {
    arrivals = [];
    bench.serve({
      handle: ({ method }) => {
        arrivals.push(method);
        if (method === "OPTIONS" && preflight === "broken")
          return Promise.reject(new NetworkFault("ECONNRESET", "login.microsoftonline.com"));
        const said = method === "OPTIONS" ? preflight : headers;
        return Promise.resolve(
          createResponse("{}", { status: 200, headers: said as HeaderPair[] }),
        );
      },
    });
    const seen = await bench.drive(() =>
      bench.page.evaluate(
        async ([url, how]) => {
          try {
            const response = await fetch(url, how);
            return `${response.type} ${response.status} ${response.headers.get("retry-after") ?? "-"}`;
          } catch (error) {
            return String(error);
          }
        },
        [`${HOST}${path}`, init] as const,
      ),
    );
    expect(bench.harnessErrors).toEqual([]);
    return seen;
  };

  it("lets a page read what is shared with it, and no more headers than exposed", async () => {
    const headers: HeaderPair[] = [["Retry-After", "7"], shared];
    expect(await call("/1", {}, { headers })).toBe("cors 200 -");
    const exposed: HeaderPair = ["Access-Control-Expose-Headers", "Retry-After"];
    expect(await call("/2", {}, { headers: [...headers, exposed] })).toBe("cors 200 7");
  });

  it("fails a call whose answer lacks the header, or has that of another", async () => {
    expect(await call("/3", {}, { headers: [] })).toBe(FAILED);
    expect(await call("/3", { method: "POST", body: "a=1" }, { headers: [] })).toBe(FAILED);
    const foreign: HeaderPair = ["Access-Control-Allow-Origin", "https://other.example"];
    expect(await call("/3", {}, { headers: [foreign] })).toBe(FAILED);
    expect(arrivals).toEqual(["GET"]);
  });

  it("asks no leave of a call that wants to read nothing", async () => {
    expect(await call("/4", { mode: "no-cors" }, { headers: [] })).toBe("opaque 0 -");
  });

  it("shares nothing with every origin where cookies are sent along", async () => {
    const credentials: HeaderPair = ["Access-Control-Allow-Credentials", "true"];
    const init: Init = { credentials: "include" };
    expect(await call("/5", init, { headers: [shared, credentials] })).toBe(FAILED);
    expect(await call("/5", init, { headers: [own] })).toBe(FAILED);
    expect(await call("/5", init, { headers: [own, credentials] })).toBe("cors 200 -");
  });

  it("asks before it sends what is unusual, and remembers the answer", async () => {
    const init: Init = { headers: { Authorization: "Bearer a" } };
    const allowed: HeaderPair[] = [
      shared,
      ["Access-Control-Allow-Headers", "authorization"],
      ["Access-Control-Max-Age", "600"],
    ];
    expect(await call("/6", init, { headers: [shared], preflight: allowed })).toBe("cors 200 -");
    expect(arrivals).toEqual(["OPTIONS", "GET"]);
    expect(await call("/6", init, { headers: [shared], preflight: [] })).toBe("cors 200 -");
    expect(arrivals).toEqual(["GET"]);
  });

  it.each([
    ["does not name the header", [shared]],
    ["does not name the origin", [["Access-Control-Allow-Headers", "authorization"]]],
    ["breaks off", "broken"],
  ] as const)("sends nothing when the answer %s", async (_, preflight) => {
    const init: Init = { headers: { Authorization: "Bearer a" } };
    const said = preflight === "broken" ? preflight : (preflight as unknown as HeaderPair[]);
    expect(await call("/7", init, { headers: [shared], preflight: said })).toBe(FAILED);
    expect(arrivals).not.toContain("GET");
    expect(arrivals).toContain("OPTIONS");
  });
});
