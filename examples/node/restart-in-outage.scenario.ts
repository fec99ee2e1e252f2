import { defineScenario, hours, outage } from "brownout";

export default defineScenario({
  name: "laptop-restart-in-outage",
  title: "The desktop app is restarted while Entra is down",
  story: {
    standsFor: "A laptop that reboots at the wrong time.",
    asserts: "The saved tokens are used, and the user is not asked to sign in.",
    failureMeans: "A user who restarts is locked out until the outage ends.",
    fix: "Save the token cache to protected storage.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["persisted-cache", "silent-first"],
  faults: [outage({ from: hours(1), for: hours(6) })],
  async script({ open, world, clock }) {
    const user = world.user("adele");
    const scopes = ["https://graph.microsoft.com/User.Read"];
    const app = await open({ app: "desk-app", cache: "persisted", capabilities: ["cp1"] });
    await app.acquire({ flow: "authorization-code", scopes, user });
    await clock.until(hours(2));
    await app.restart();
    await app.attempt({ flow: "silent", scopes, user });
    await clock.until(hours(8));
    await app.attempt({ flow: "silent", scopes, user });
  },
});
