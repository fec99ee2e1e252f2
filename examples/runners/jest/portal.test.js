const events = require("node:events");
const { useEntra } = require("brownout/jest");
const { createPortal } = require("../portal.js");

const entra = useEntra();

test("signs in with Entra, and stays signed in without it", async () => {
  const portal = createPortal().listen(0, "localhost");
  await events.once(portal, "listening");
  try {
    const { port } = portal.address();
    const visit = await entra.signIn("adele", `http://localhost:${port}/auth/signin`);
    expect(visit.text).toBe("Hello Adele Vance");
    entra.outage({ for: "1h" });
    const profile = await visit.fetch("/profile");
    expect(profile.status).toBe(200);
  } finally {
    portal.close();
    portal.closeAllConnections();
  }
});
