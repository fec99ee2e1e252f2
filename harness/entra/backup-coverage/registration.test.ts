import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { checkRegistration, parseRegistration } from "./registration.ts";
import { appKinds, flowsOf } from "./registration.ts";
import { mailApp, portalApp, workerApp } from "../../../test/support/coverage.ts";

const schemaUrl = new URL("../../../schemas/coverage-app.json", import.meta.url);
const published = JSON.parse(readFileSync(schemaUrl, "utf8"));
const schema = new Ajv2020({ allErrors: true, strictTypes: false }).compile(published);
const exampleUrl = new URL("../../../examples/coverage/field-notes.json", import.meta.url);
const example = JSON.parse(readFileSync(exampleUrl, "utf8"));

function complaintAbout(found: unknown): string | undefined {
  try {
    checkRegistration(found);
    return undefined;
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== "bad-registration") throw error;
    return `${error.place}: ${error.message} ${error.hint ?? ""}`;
  }
}

const policy = { name: "p", state: "enabled" };
const without = (field: keyof typeof mailApp): unknown =>
  Object.fromEntries(Object.entries(mailApp).filter(([name]) => name !== field));

const good: readonly (readonly [string, unknown])[] = [
  ["a native app in full", mailApp],
  ["a web app in brief", portalApp],
  ["a managed identity", workerApp],
  ["a name for editors", { ...portalApp, $schema: "brownout/schemas/coverage-app.json" }],
  ["the example of the guide", example],
  ...(published.examples as readonly unknown[]).map(
    (example, index) => [`example ${index + 1} of the schema`, example] as const,
  ),
  ["no policies", { ...portalApp, policies: [] }],
  ["a cache without end", { ...mailApp, tokenCache: { persisted: true } }],
  [
    "a policy in full",
    {
      ...portalApp,
      policies: [
        {
          ...policy,
          resilienceDefaults: "disabled",
          conditions: ["groups", "countries"],
          grantControls: ["authentication-strength"],
          sessionControls: ["sign-in-frequency"],
          classic: false,
        },
      ],
    },
  ],
  ...appKinds
    .filter((kind) => kind !== "native")
    .map(
      (kind) => [`every flow of ${kind}`, { ...portalApp, kind, flows: flowsOf[kind] }] as const,
    ),
];

const bad: readonly (readonly [string, unknown, RegExp])[] = [
  ["no object", [], /^app: expected an object, got an empty array/],
  ["no name", without("name"), /^app\.name: expected a string that is not empty, got nothing/],
  ["a blank name", { ...mailApp, name: " " }, /^app\.name: .*got " "/],
  [
    "an unknown kind",
    { ...mailApp, kind: "nativ" },
    /^app\.kind: .*got "nativ".*Did you mean "native"/,
  ],
  ["an unknown flow", { ...mailApp, flows: ["native-refesh"] }, /^app\.flows\[0\].*native-refresh/],
  [
    "no flow",
    { ...mailApp, flows: [] },
    /^app\.flows: expected at least one entry, got an empty array/,
  ],
  [
    "a flow twice",
    { ...portalApp, flows: ["web-code", "web-code"] },
    /^app\.flows\[1\]: expected no entry twice, got "web-code" again/,
  ],
  [
    "a flow of another kind",
    { ...portalApp, flows: ["web-id-token", "spa-code"] },
    /^app\.flows\[1\]: expected a flow of the kind "web" .*, got "spa-code"/,
  ],
  [
    "an unknown cloud",
    { ...mailApp, cloud: "comercial" },
    /^app\.cloud.*Did you mean "commercial"/,
  ],
  ["a URL as host", { ...mailApp, host: "https://a.example" }, /^app\.host: .*without scheme/],
  [
    "a misspelt field",
    { ...mailApp, silentfirst: true },
    /^app\.silentfirst: unknown key "silentfirst" Did you mean "silentFirst"/,
  ],
  [
    "a native app's missing cache",
    without("tokenCache"),
    /^app\.tokenCache: expected .*"native-refresh".*, got nothing/,
  ],
  [
    "a native app's missing scopes",
    without("scopes"),
    /^app\.scopes: expected .*"native-refresh".*, got nothing/,
  ],
  [
    "a native app's missing habit",
    without("silentFirst"),
    /^app\.silentFirst: expected .*"native-refresh".*, got nothing/,
  ],
  [
    "a text for a flag",
    { ...mailApp, silentFirst: "yes" },
    /^app\.silentFirst: expected true or false, got "yes"/,
  ],
  [
    "half a day",
    { ...mailApp, tokenCache: { persisted: true, days: 0.5 } },
    /^app\.tokenCache\.days/,
  ],
  [
    "half a list of users",
    { ...mailApp, users: { members: true } },
    /^app\.users\.guests: 2 problems:\s+app\.users\.guests: expected true or false, got nothing/,
  ],
  [
    "no users",
    { ...mailApp, users: { members: false, guests: false, b2c: false } },
    /^app\.users: expected members, guests or b2c to be true, got none/,
  ],
  [
    "policies that are no list",
    { ...mailApp, policies: {} },
    /^app\.policies: expected an array of objects, got an object/,
  ],
  [
    "an unknown state",
    { ...mailApp, policies: [policy, { ...policy, state: "on" }] },
    /^app\.policies\[1\]\.state: expected one of "enabled", "report-only", "disabled", got "on"/,
  ],
  [
    "an unknown condition",
    { ...mailApp, policies: [{ ...policy, conditions: ["group"] }] },
    /^app\.policies\[0\]\.conditions\[0\]: expected one of .*got "group".*groups/,
  ],
  [
    "an unknown control",
    { ...mailApp, policies: [{ ...policy, sessionControls: ["signin-frequency"] }] },
    /^app\.policies\[0\]\.sessionControls\[0\].*sign-in-frequency/,
  ],
  [
    "a scope twice",
    { ...mailApp, scopes: { dynamicConsent: false, names: ["a", "a"] } },
    /^app\.scopes\.names\[1\]/,
  ],
];

describe("a registration", () => {
  it.each(good)("may be %s, by the check and by the published schema", (_, found) => {
    expect(complaintAbout(found)).toBeUndefined();
    expect([schema(found), schema.errors]).toEqual([true, null]);
  });

  it.each(bad)("is refused with %s, by the check and by the published schema", (_, found, why) => {
    expect(complaintAbout(found)).toMatch(why);
    expect(schema(found)).toBe(false);
  });

  it("that is not JSON is reported with a link to the schema", () => {
    expect(() => parseRegistration("{", "app.json")).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^expected JSON/),
        place: "app.json:1",
        hint: expect.stringMatching(/schemas\/coverage-app\.json/),
      }),
    );
  });

  it("that is not JSON is reported in one line, with any text of Node's", () => {
    expect(() => parseRegistration('{\n "name": x\n}', "app.json")).toThrow(/^expected JSON: .*$/);
    expect(() => parseRegistration('{\n "name":\n', "app.json")).toThrow(/^[^\n]*$/);
  });

  it("may begin with a byte order mark", () => {
    expect(parseRegistration(`\uFEFF${JSON.stringify(portalApp)}`, "app.json")).toEqual(portalApp);
  });
});
