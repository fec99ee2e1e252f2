/** Libraries that name themselves in their requests. */
import { expect, it } from "vitest";
import { throttledDaemon } from "../../test/support/history.ts";
import { announcedPackages } from "./announced-packages.ts";
import type { History } from "./event.ts";

/** A history whose first request has these fields in its form, and the second in its address. */
function historyWith(
  form: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
): History {
  const history = throttledDaemon();
  let requests = 0;
  const events = history.events.map((event) => {
    if (event.kind !== "exchange-began") return event;
    requests += 1;
    if (requests === 1) return { ...event, form };
    return { ...event, url: `https://login.example/a?${new URLSearchParams(query).toString()}` };
  });
  return { ...history, events };
}

it("names MSAL by its package, and the wrapper that its telemetry names", () => {
  const history = historyWith(
    {
      "x-client-SKU": "msal.js.browser",
      "x-client-VER": "5.29.0",
      "x-client-current-telemetry": "5|61,0,,,|@azure/msal-react,5.7.1",
    },
    { "x-client-SKU": "msal.js.node", "x-client-VER": "7.2.1" },
  );

  expect(announcedPackages(history)).toEqual([
    { name: "@azure/msal-browser", version: "5.29.0" },
    { name: "@azure/msal-react", version: "5.7.1" },
    { name: "@azure/msal-node", version: "7.2.1" },
  ]);
});

it("keeps the name that a library of another language gives", () => {
  const history = historyWith({ "x-client-sku": "MSAL.Python", "x-client-ver": "1.31.0" });

  expect(announcedPackages(history)).toEqual([{ name: "MSAL.Python", version: "1.31.0" }]);
});

it("takes nothing from a request without a name and a version in plain characters", () => {
  expect(announcedPackages(historyWith({ "x-client-SKU": "msal.js.node" }))).toEqual([]);
  const odd = { "x-client-SKU": "<script>", "x-client-VER": "1" };
  expect(announcedPackages(historyWith(odd))).toEqual([]);
});
