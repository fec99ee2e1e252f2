import { createEntraProxy, expectEntra } from "brownout/suite";

const entra = createEntraProxy({ app: { name: "mail" } });

export default {
  e2e: {
    baseUrl: "http://localhost:5173",
    supportFile: false,
    specPattern: "*.cy.js",
    setupNodeEvents(on) {
      on("before:browser:launch", async (_browser, launchOptions) => {
        // Interactive Cypress launches a browser again and again.
        await entra.stop();
        await entra.start();
        launchOptions.args.push(...entra.proxy.browserArguments);
        return launchOptions;
      });
      // A task must return something: undefined fails it.
      on("task", {
        user: (name) => entra.world.user(name),
        api: ({ address, data }) => (entra.api(address, data), null),
        outage: ({ name = "outage", ...options } = {}) => entra.outage(name, options),
        clear: () => (entra.clear(), null),
        expectEntra: ([matcher, ...values]) => (expectEntra(entra)[matcher](...values), null),
      });
      on("after:run", () => entra.stop());
    },
  },
};
