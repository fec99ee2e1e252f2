/**
 * A person closes a window that shows nothing after two minutes, as long as the application
 * waits for it. The application here waits as majors 2 to 4 of MSAL Browser do: without a
 * time-out, checking at intervals whether the window has been closed.
 */
import { afterAll, describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import { clientInPage } from "../../clients/pages/page-application.ts";
import { openShell } from "../../clients/pages/page-shell.ts";
import { minutes } from "../../core/time/duration.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import { runScenario } from "../run.ts";
import { graph, scenario } from "../../../test/support/run.ts";

vi.setConfig({ testTimeout: 60_000 });

/** `waitsMs`: when the application itself gives up. */
function application(waitsMs: number) {
  const acquire = `(call) => new Promise((_, reject) => {
    const address = configuration.authority + "/oauth2/v2.0/authorize?response_type=code&scope=openid";
    const popup = window.open("about:blank");
    popup.location.assign(address + "&client_id=" + configuration.clientId);
    const fail = (errorCode) => {
      clearInterval(id);
      clearTimeout(end);
      reject(Object.assign(new Error(errorCode), { name: "Waits", errorCode, subError: "" }));
    };
    const id = setInterval(() => popup.closed && fail("closed"), 500);
    const end = setTimeout(() => fail("timed_out"), ${waitsMs});
  })`;
  const client = `{ start: async () => undefined, who: () => undefined, leave: async () => undefined, acquire: ${acquire} }`;
  return clientInPage({
    name: "waits",
    version: "1.0.0",
    methods: { popup: "popup" },
    caches: ["memory"],
    script: "",
    program: `globalThis.startApp = (configuration) => (${String(openShell)})(${client});`,
    files: () => ({}),
    needsPerson: () => false,
  });
}

async function story(waitsMs: number, effect: FaultWindow["effect"]): Promise<readonly string[]> {
  const down = { id: "down", at: "primary", on: ["authorize"], from: 0, for: minutes(30) } as const;
  const { history } = await runScenario(
    scenario(
      async ({ open, world, clock }) => {
        const spa = await open({ app: "spa", cache: "memory" });
        await spa.attempt({ flow: "popup", scopes: graph, user: world.user("adele") });
        await clock.until(minutes(8));
      },
      { faults: [{ ...down, effect }] },
    ),
    { client: application(waitsMs), mount: "proxy", seed: "1" },
  );
  return history.events.flatMap((event) => {
    const second = (event.at - history.header.startedAt) / 1_000;
    if (event.kind === "tab-changed" && event.tab.startsWith("popup"))
      return [`${second} ${event.change}`];
    if (event.kind === "operation-completed" && event.outcome === "fail")
      return [`${second} ${event.error.code}`];
    return [];
  });
}

const errorPage: FaultWindow["effect"] = {
  kind: "server-error",
  status: 503,
  body: { form: "html", title: "Service Unavailable" },
};

describe.skipIf(wantsNoBrowser())("a window in which nothing comes", () => {
  afterAll(() => processBrowser.close());

  it.each([
    ["an error page", errorPage],
    ["nothing at all", { kind: "hang" }],
  ] as const)("%s: is closed by the person after two minutes", async (_, effect) => {
    expect(await story(minutes(20), effect)).toEqual(["0 opened", "120 closed", "120.5 closed"]);
  });

  it("is left open when the application has stopped waiting for it", async () => {
    expect(await story(minutes(1), errorPage)).toEqual(["0 opened", "60 timed_out"]);
  });
});
