import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJar } from "./app-server.ts";
import type { VisitEnd } from "./browser-visit.ts";
import { createSignInVisit } from "./sign-in-visit.ts";

let server: Server;
let origin = "";

/** Redirects from `/STATUS`, and says at `/end` what has come. */
beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => {
    const status = Number(request.url?.slice(1));
    if (status > 0) {
      request.resume();
      response.writeHead(status, { location: "/end" }).end("moved");
      return;
    }
    void text(request).then((body) => {
      const { method, headers } = request;
      response.setHeader("x-method", method ?? "");
      response.end(`${method} ${body}|${headers["content-type"] ?? ""}|${headers.cookie ?? ""}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function visitAt(app: { readonly isListening: boolean }) {
  const end: VisitEnd = {
    at: "app",
    url: new URL(`${origin}/profile`),
    method: "GET",
    withheld: [],
    isPastAnswer: true,
    isInFragment: false,
    carried: undefined,
    frames: [],
    pressed: [],
  };
  const jar = createJar();
  jar.setCookieSync("session=1", origin);
  return createSignInVisit(end, { jar, app: { ...app, base: new URL(origin) } });
}

describe("the fetch of a browser that is signed in, as the global one does after a redirect", () => {
  it.each([
    [301, "POST", "GET ||session=1"],
    [302, "POST", "GET ||session=1"],
    [302, "PUT", "PUT a=1|text/plain|session=1"],
    [301, "DELETE", "DELETE a=1|text/plain|session=1"],
    [303, "PUT", "GET ||session=1"],
    [307, "POST", "POST a=1|text/plain|session=1"],
    [308, "PUT", "PUT a=1|text/plain|session=1"],
  ])("of %i, sends %s on as %s", async (status, method, arrived) => {
    const headers = { "content-type": "text/plain" };
    const init = { method, body: "a=1", headers };
    const response = await visitAt({ isListening: true }).fetch(`/${status}`, init);
    expect(await response.text()).toBe(arrived);
    const global = await fetch(`${origin}/${status}`, init);
    expect(await global.text()).toBe(arrived.replace("session=1", ""));
  });

  it("keeps HEAD after 303", async () => {
    const response = await visitAt({ isListening: true }).fetch("/303", { method: "HEAD" });
    expect(response.headers.get("x-method")).toBe("HEAD");
  });

  it("rejects with redirect: error, and returns it with redirect: manual", async () => {
    const { fetch: browse } = visitAt({ isListening: true });
    await expect(browse("/302", { redirect: "error" })).rejects.toThrow(TypeError);
    expect((await browse("/302", { redirect: "manual" })).status).toBe(302);
  });
});

it("refuses the fetch of a sign-in by an agent, which has no address, and names the agent", async () => {
  await expect(visitAt({ isListening: false }).fetch("/profile")).rejects.toMatchObject({
    code: "bad-usage",
    message: expect.stringMatching(/the agent/) as string,
  });
});
