import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { useEntra } from "brownout/node-test";
import { startApp } from "./server.mjs";
import { world } from "./world.mjs";

const entra = useEntra({ world });
const login = "http://localhost:3000/login";

let stopApp;
before(async () => (stopApp = await startApp()));
after(() => stopApp());

test("signs in with Entra", async () => {
  const browser = await entra.signIn("adele", login);
  const page = await browser.fetch("/");
  assert.match(await page.text(), /Hello.*adele/);
});

test("knows who is signed in through an hour without Entra", async () => {
  const browser = await entra.signIn("adele", login);
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  const page = await browser.fetch("/");
  assert.match(await page.text(), /Hello.*adele/);

  // No one can sign in now, and the app says so.
  const answer = await fetch(login);
  assert.equal(new URL(answer.url).pathname, "/sign-in-failed");
});
