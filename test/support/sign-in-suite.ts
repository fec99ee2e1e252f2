/** A sign-in under one mount: the app's server on loopback must be reached, and its requests to Entra must not leave. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import supertest from "supertest";
import { expect, it } from "vitest";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createPortal } from "./portal.ts";

/** Tests of one mount; one of them a file, since a process has one mount. */
export function signInSuite(mount: "msw" | "nock" | "https"): void {
  const entra = useEntra({ mount });

  it.each(["query", "form_post"] as const)("signs in under supertest by %s", async (mode) => {
    const agent = supertest.agent(createPortal({ responseMode: mode }));
    await entra.signIn("adele", agent, "/auth/signin");
    entra.outage({ for: "1h" });
    await entra.clock.advance("30m");
    const { text } = await agent.get("/profile");
    expect(text).toBe("Hello Adele Vance");
  });

  it("signs in to an app that listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    try {
      const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      server.on("request", createPortal({ redirectUri: `${origin}/redirect` }));
      const { text } = await entra.signIn("adele", `${origin}/auth/signin`);
      expect(text).toBe("Hello Adele Vance");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("shows a person in an outage what Entra's host answers", async () => {
    const agent = supertest.agent(createPortal());
    entra.outage("token-server-error", { for: "1h" });
    await expect(entra.signIn("adele", agent, "/auth/signin")).rejects.toThrow(
      /the app answered GET \/redirect with 500/,
    );
  });
}
