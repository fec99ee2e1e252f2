/** What pages can do reaches the simulator, under both mounts, or is refused by name. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { createResponse, type HeaderPair, textOfRequest } from "../../core/http/message.ts";
import { browserMounts } from "../mount-names.ts";
import { HOST } from "../../../test/support/mount.ts";
import {
  APP,
  type BrowserBench,
  closeBrowser,
  startBrowserBench,
} from "../../../test/support/mount-browser.ts";

const WENT_PAST = "went past the mount route, and was stopped";

afterAll(closeBrowser);

describe.skipIf(wantsNoBrowser()).each(browserMounts)("under %s", (mount) => {
  let bench: BrowserBench;
  let appServer: http.Server;
  let local: string;
  const arrivals: string[] = [];
  const pages: Readonly<Record<string, readonly [number, readonly HeaderPair[], string?]>> = {
    "/first": [
      302,
      [
        ["Location", "/second"],
        ["Set-Cookie", "seen=1; Path=/; Secure"],
        ["Set-Cookie", "too=2; Path=/; Secure"],
      ],
    ],
    "/second": [302, [["Location", `${APP}/landed?code=1#state=2`]]],
    "/logout": [302, [["Location", `${APP}/signed-out`]]],
    "/form": [
      200,
      [["Content-Type", "text/html"]],
      `<form method="post" action="${APP}/callback"><input name="code" value="1"></form><script>document.forms[0].submit()</script>`,
    ],
  };
  beforeAll(async () => {
    bench = await startBrowserBench(mount);
    appServer = http.createServer(({ url }, answer) => {
      if (url === "/login") answer.writeHead(302, { Location: `${HOST}/authorize?by=server` });
      else
        answer.writeHead(200, { "Access-Control-Allow-Origin": "*", "Content-Type": "text/html" });
      answer.end("<!doctype html><title>A server of the app</title>");
    });
    await new Promise<void>((resolve) => void appServer.listen(0, "localhost", resolve));
    local = `http://localhost:${(appServer.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await bench.stop();
    appServer.close();
  });

  /** What the service sees while that happens in a page of the application. */
  const during = async <T>(work: () => Promise<T>): Promise<T> => {
    arrivals.length = 0;
    bench.serve({
      handle: async (request) => {
        const { pathname, search } = new URL(request.url);
        const body = await textOfRequest(request);
        const cookie = request.headers.get("cookie");
        arrivals.push(
          [request.method, pathname + search, body, cookie]
            .filter((part) => part !== null && part !== "")
            .join(" "),
        );
        const [status, headers, text = "<!doctype html><title>The service</title>"] = pages[
          pathname
        ] ?? [200, [["Content-Type", "text/html"]]];
        return createResponse(text, {
          status,
          headers: [...headers, ["Access-Control-Allow-Origin", "*"]],
        });
      },
    });
    return bench.drive(work);
  };
  const inPage = <T>(work: (host: string) => T | Promise<T>): Promise<T> =>
    during(() => bench.page.evaluate(work as (host: string) => Promise<T>, HOST));
  const inNewPage = <T>(work: (page: BrowserBench["page"]) => Promise<T>): Promise<T> =>
    during(async () => {
      const page = await bench.profile.context.newPage();
      await page.goto(`${APP}/start`);
      try {
        return await work(page);
      } finally {
        await page.close();
      }
    });

  const refusals = (): string[] => [
    ...new Set(bench.harnessErrors.map((error) => (error as Error).message)),
  ];

  it("calls of pages, of dedicated workers and of service workers", async () => {
    expect(await inPage((host) => fetch(`${host}/page`).then(({ status }) => status))).toBe(200);
    expect(arrivals).toEqual(["GET /page"]);
    const said = await inPage(
      (host) =>
        new Promise((resolve) => {
          const worker = new Worker("/worker.js");
          worker.onmessage = ({ data }) => resolve(data as unknown);
          worker.postMessage(`${host}/worker`);
        }),
    );
    expect([said, ...arrivals]).toEqual(["200", "GET /worker"]);
    const served = await inPage(async (host) => {
      const { serviceWorker } = navigator;
      const message = new Promise((resolve) => {
        serviceWorker.onmessage = ({ data }) => resolve(data as unknown);
      });
      const { active } = await serviceWorker
        .register("/service.js")
        .then(() => serviceWorker.ready);
      active?.postMessage(`${host}/service`);
      return message;
    });
    expect([served, ...arrivals]).toEqual(["200", "GET /service"]);
    await bench.page.evaluate(async () => (await navigator.serviceWorker.ready).unregister());
    expect(bench.harnessErrors).toEqual([]);
  });

  it("calls of shared workers, or says that they do not", async () => {
    const said = await inPage(
      (host) =>
        new Promise((resolve) => {
          const { port } = new SharedWorker("/shared.js");
          port.onmessage = ({ data }) => resolve(data as unknown);
          port.postMessage(`${host}/shared`);
        }),
    );
    expect([said, arrivals, refusals()]).toEqual(
      mount === "proxy"
        ? ["200", ["GET /shared"], []]
        : ["TypeError: Failed to fetch", [], [`GET ${HOST}/shared ${WENT_PAST}`]],
    );
  });

  it("popups, hidden iframes and links", async () => {
    await inNewPage(async (page) => {
      const popup = page.waitForEvent("popup");
      await page.evaluate((host) => void window.open(`${host}/popup`), HOST);
      await (await popup).waitForLoadState();
    });
    expect(arrivals).toEqual(["GET /popup"]);
    await inPage(
      (host) =>
        new Promise<void>((resolve) => {
          const frame = document.createElement("iframe");
          frame.addEventListener("load", () => resolve());
          frame.src = `${host}/frame`;
          document.body.append(frame);
        }),
    );
    expect(arrivals).toEqual(["GET /frame"]);
    await bench.page.evaluate(() => document.querySelector("iframe")?.remove());
    await inNewPage(async (page) => {
      await page.evaluate((host) => void (location.href = `${host}/link`), HOST);
      await page.waitForURL(`${HOST}/link`);
    });
    expect(arrivals).toEqual(["GET /link"]);
    expect(bench.harnessErrors).toEqual([]);
  });

  it("redirects, with the cookies on their way", async () => {
    const address = await inNewPage(async (page) => {
      await page.goto(`${HOST}/first`, { waitUntil: "commit" }).catch(() => undefined);
      await page.waitForURL(`${APP}/**`);
      return page.url();
    });
    expect(address).toBe(`${APP}/landed?code=1#state=2`);
    expect(arrivals).toEqual(["GET /first", "GET /second seen=1; too=2"]);
    await bench.profile.context.clearCookies();
  });

  it("redirects in a hidden iframe", async () => {
    await inPage(
      (host) =>
        new Promise<void>((resolve) => {
          const frame = document.createElement("iframe");
          document.body.append(frame);
          const timer = setInterval(() => {
            // Readable again when it has come back to the application.
            if (frame.contentDocument?.body?.dataset["marked"] === undefined) return;
            clearInterval(timer);
            resolve();
          }, 50);
          frame.src = `${host}/second`;
        }),
    );
    expect(arrivals).toEqual(["GET /second"]);
    expect(bench.harnessErrors).toEqual([]);
    await bench.page.evaluate(() => document.querySelector("iframe")?.remove());
  });

  it("logout, and forms both ways", async () => {
    const back = await inNewPage(async (page) => {
      await page.evaluate((host) => location.assign(`${host}/logout`), HOST);
      await page.waitForURL(`${APP}/signed-out`);
      await page.goto(`${HOST}/form`, { waitUntil: "commit" });
      await page.waitForURL(`${APP}/callback`);
      await page.evaluate((host) => {
        document.body.innerHTML = `<form method="post" action="${host}/authorize"><input name="login" value="adele"></form>`;
        document.forms[0]?.submit();
      }, HOST);
      await page.waitForURL(`${HOST}/authorize`);
      return page.title();
    });
    expect(back).toBe("The service");
    expect(arrivals).toEqual(["GET /logout", "GET /form", "POST /authorize login=adele"]);
    expect(bench.harnessErrors).toEqual([]);
  });

  it("the app's own server is let pass; its redirect to the service arrives, or is refused", async () => {
    const page = await bench.profile.context.newPage();
    const statuses = await during(async () => {
      await page.goto(local);
      return page.evaluate(
        (host) =>
          Promise.all(["/own", `${host}/call`].map(async (url) => (await fetch(url)).status)),
        HOST,
      );
    });
    expect([statuses, arrivals]).toEqual([[200, 200], ["GET /call"]]);
    expect(bench.harnessErrors).toEqual([]);
    const came = await during(() =>
      page.goto(`${local}/login`).then(
        (response) => response?.status(),
        () => "failed",
      ),
    );
    await page.close();
    expect([came, arrivals, refusals()]).toEqual(
      mount === "proxy"
        ? [200, ["GET /authorize?by=server"], []]
        : ["failed", [], [`GET ${HOST}/authorize ${WENT_PAST}`]],
    );
  });

  it.each([
    ["a host that is not simulated", "https://api.unknown.example/v1", "api.unknown.example"],
    [
      "the service without TLS",
      "http://login.microsoftonline.com/a",
      "login.microsoftonline.com:80",
    ],
    [
      "another port of the service",
      "https://login.microsoftonline.com:8443/a",
      "login.microsoftonline.com:8443",
    ],
  ])("not %s", async (_, url, named) => {
    const page = await bench.profile.context.newPage();
    await during(() => page.goto(url).catch(() => undefined));
    await page.close();
    expect(refusals()).toEqual([`a request to the unmocked host ${named} was stopped`]);
    expect(arrivals).toEqual([]);
  });

  it("no packet of WebRTC", async () => {
    const stun = createSocket("udp4");
    await new Promise<void>((resolve) => void stun.bind(0, "127.0.0.1", () => resolve()));
    const packet = once(stun, "message").then(() => "a packet");
    const gathering = bench.page.evaluate(async (port) => {
      const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }] });
      peer.createDataChannel("any");
      const gathered = new Promise<void>((resolve) => {
        peer.onicegatheringstatechange = () => {
          if (peer.iceGatheringState === "complete") resolve();
        };
      });
      await peer.setLocalDescription(await peer.createOffer());
      await gathered;
      return "none";
    }, stun.address().port);
    expect(await Promise.race([packet, gathering])).toBe("none");
    stun.close();
  });

  it("no WebSocket", async () => {
    const opened = await inPage(
      (host) =>
        new Promise((resolve) => {
          const socket = new WebSocket(`${host.replace("https", "wss")}/socket`);
          socket.onopen = () => resolve("open");
          socket.onerror = () => resolve("failed");
        }),
    );
    expect(opened).toBe("failed");
    expect(refusals()).toEqual([
      "a WebSocket to wss://login.microsoftonline.com/socket was stopped",
    ]);
  });
});
