import assert from "node:assert";
import { once } from "node:events";
import { test } from "node:test";
import { useEntra } from "brownout/node-test";
import { createPortal } from "../portal.js";

const entra = useEntra();

test("signs in with Entra, and stays signed in without it", async () => {
  const portal = createPortal().listen(0, "localhost");
  await once(portal, "listening");
  try {
    const { port } = portal.address();
    const visit = await entra.signIn("adele", `http://localhost:${port}/auth/signin`);
    assert.equal(visit.text, "Hello Adele Vance");
    entra.outage({ for: "1h" });
    const profile = await visit.fetch("/profile");
    assert.equal(profile.status, 200);
  } finally {
    portal.close();
    portal.closeAllConnections();
  }
});
