const assert = require("node:assert");
const events = require("node:events");
const { useEntra } = require("brownout/mocha");
const { createPortal } = require("../portal.js");

describe("portal", () => {
  const entra = useEntra();

  it("signs in with Entra, and stays signed in without it", async () => {
    const portal = createPortal().listen(0, "localhost");
    await events.once(portal, "listening");
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
});
