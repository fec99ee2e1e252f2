import { expect, it } from "vitest";
import { createJar, listeningApp } from "./app-server.ts";
import { visit } from "./browser-visit.ts";
import { stoppedAt } from "./not-signed-in.ts";

it("stops at a redirect URI that is no web address, and names it without the code", async () => {
  const start = new URL("https://login.microsoftonline.com/common/oauth2/v2.0/authorize");
  const end = await visit(start, {
    app: listeningApp(start, createJar()),
    askEntra: async () =>
      new Response(null, { status: 302, headers: { location: "msauth://com.contoso/x?code=1" } }),
    entraCookies: new Map(),
    appOrigins: new Set(),
    person: { username: "adele@contoso.example", password: "worthless" },
    asked: () => undefined,
  });
  expect(end.answer?.status).toBe(302);
  expect(stoppedAt(end, { person: "adele", inOutage: false })).toMatchObject({
    code: "not-signed-in",
    message: expect.stringMatching(
      /sent to msauth:\/\/com\.contoso\/x, expected an address/,
    ) as string,
  });
});
