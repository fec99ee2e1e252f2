/** The code that is printed to take over. */
import { parseSync } from "rolldown/utils";
import { describe, expect, it } from "vitest";
import { remedyNames } from "../../clients/remedied/remedy-names.ts";
import * as remedies from "../../clients/remedies/index.ts";
import { type CodeOf, codeOf } from "./remedy-code.ts";

const daemon: CodeOf = { client: "msal-node", flows: ["client-credentials"] };
const clients: readonly CodeOf[] = [
  daemon,
  { client: "msal-node", flows: ["authorization-code", "silent"] },
  { client: "msal-node", flows: ["on-behalf-of"] },
  { client: "msal-node", flows: ["managed-identity"] },
  { client: "msal-browser", flows: ["popup", "silent"] },
  { client: "azure-identity", flows: ["managed-identity"] },
  { client: "acme-auth", flows: ["client-credentials"] },
];

describe("the code to take over", () => {
  it.each([
    ...remedyNames.map((name) => [name]),
    [...remedyNames],
    ["retry-after", "bounded-wait"],
  ])("of %s is TypeScript that imports what it uses, and nothing else", (...names) => {
    for (const client of clients) {
      const code = codeOf(names, client).join("\n");
      expect(parseSync("code.ts", code).errors).toEqual([]);
      const [, list = ""] = /^import \{ ([^}]+) \} from "brownout\/remedies";/.exec(code) ?? [];
      const imported = list.split(", ").filter((name) => name !== "");
      for (const name of imported) expect(Object.keys(remedies)).toContain(name);
      const [head = "", ...rest] = code.split("\n");
      const body = imported.length === 0 ? [head, ...rest].join("\n") : rest.join("\n");
      const used = Object.keys(remedies).filter((name) => body.includes(`${name}(`));
      expect(imported.toSorted()).toEqual(used.toSorted());
    }
  });

  it("wraps them in the order in which they were played", () => {
    const code = codeOf([...remedyNames], daemon).join("\n");
    const places = [
      "EarlyRenewal",
      "LastGoodToken",
      "BoundedWait",
      "SingleFlight",
      "RegionalFallback",
    ].map((name) => code.indexOf(`with${name}(`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(code).toMatch(/withRetryAfter\(withJitteredBackoff\(withRetryBudget\(/);
    expect(code).toContain("msal.acquireTokenByClientCredential(request)");
  });

  it("is none for no remedy", () => {
    expect(codeOf([], daemon)).toEqual([]);
  });
});
