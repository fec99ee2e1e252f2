/** How what a Playwright suite has forgotten is reported: all of it at once, with the lines to add. */
import { expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { HarnessError } from "../../core/errors.ts";
import { unmockedLookup, unmockedRequest } from "../../network/served-hosts.ts";
import type { Refusal } from "../../runner/live/refusals.ts";
import type { FailedRequest } from "./page-errors.ts";
import { missingParts } from "./missing-parts.ts";

interface Found {
  readonly failedRequests?: readonly FailedRequest[];
  readonly refusals?: readonly Refusal[];
  readonly dead?: readonly string[];
}

const missing = (
  problems: readonly Error[],
  { failedRequests = [], refusals = [], dead = [] }: Found = {},
): HarnessError | undefined =>
  missingParts({
    session: { problems: () => problems, directory: { world: contoso } },
    failedRequests,
    refusals,
    dead,
  }) as HarnessError | undefined;

const hintOf = (problem: Error): string | undefined => missing([problem])?.hint;

it("suggests the page.route() that answers a host which is not simulated", () => {
  expect(hintOf(unmockedRequest("api.example.com", 443))).toMatch(
    'page.route("https://api.example.com/**"',
  );
  expect(hintOf(unmockedRequest("api.example.com", 80))).toMatch(
    'page.route("http://api.example.com/**"',
  );
  expect(hintOf(unmockedRequest("api.example.com", 8443))).toMatch(
    'page.route("https://api.example.com:8443/**"',
  );
});

it("names every host once, and the line for each: data by entra.api, other parts by page.route", () => {
  const problems = ["cdn.example.com", "api.example.com", "cdn.example.com"].map((host) =>
    unmockedRequest(host, 443),
  );
  const failedRequests = [
    { address: "https://cdn.example.com/a.js", host: "cdn.example.com", resource: "script" },
    { address: "https://api.example.com/stock", host: "api.example.com", resource: "fetch" },
  ];
  const error = missing(problems, { failedRequests });
  expect(error?.message).toBe(
    "requests to 2 unmocked hosts were stopped: cdn.example.com, api.example.com",
  );
  expect(error?.hint?.split("\n").map((line) => line.trim())).toEqual([
    "No request leaves the computer. Answer these in the test, before the page asks:",
    'entra.api("https://api.example.com/stock", { … });',
    'await page.route("https://cdn.example.com/**", (route) => route.fulfill());',
    'or let them through: test.use({ entraOptions: { allow: ["cdn.example.com", "api.example.com"] } });',
  ]);
});

it("adds a registration that the world has not, as the app has it", () => {
  const refusal: Refusal = {
    code: 700016,
    text: "AADSTS700016: The app was not found in the tenant.",
    tenant: "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11",
    app: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3",
    redirectUri: "http://localhost:5173/redirect",
    scope: "openid profile User.Read api://orders/Orders.Read",
    isOfPageApp: true,
    isPage: true,
  };
  const line =
    'For your own: test.use({ entraOptions: { world: createWorld({ tenant: "7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11", apps: [{ kind: "spa", clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3", redirectUris: ["http://localhost:5173/redirect"], scopes: ["User.Read","api://orders/Orders.Read"] }] }) } });';
  const alone = missing([], { refusals: [refusal] });
  expect(alone?.message).toBe(`Entra refused a sign-in: ${refusal.text}`);
  expect(alone?.hint).toContain(line);
  const both = missing([unmockedRequest("cdn.example.com", 443)], { refusals: [refusal] });
  expect(both?.message).toContain("cdn.example.com");
  expect(both?.hint).toContain(`Entra refused a sign-in: ${refusal.text}`);
  expect(both?.hint).toContain(line);
});

it("adds a registration to a problem of another kind, without taking it for a host", () => {
  const refusal: Refusal = {
    code: 50011,
    text: "AADSTS50011: The redirect URI is not registered for the app.",
    isOfPageApp: true,
    isPage: true,
  };
  const broken = new TypeError("boom");
  const both = missing([broken], { refusals: [refusal] });
  expect(both).toMatchObject({ code: "not-signed-in", message: "boom", cause: broken });
  expect(both?.hint).toContain(`Entra refused a sign-in: ${refusal.text}`);
  const lookup = unmockedLookup("db.example.com");
  const named = missing([lookup], { refusals: [refusal] });
  expect(named).toMatchObject({ code: "unmocked-request", place: "db.example.com", cause: lookup });
});

it("suggests another mount by entraOptions instead of by --mount", () => {
  const place = "https://login.microsoftonline.com/contoso.example/authorize";
  const hint = "It takes real sockets: --mount proxy.";
  expect(hintOf(new HarnessError("unmocked-request", "went past", { place, hint }))).toBe(
    'It takes real sockets: test.use({ entraOptions: { mount: "proxy" } }).',
  );
});

it("returns other errors unchanged", () => {
  const problem = new TypeError("boom");
  expect(missing([problem])).toBe(problem);
  expect(missing([])).toBeUndefined();
});

it("names hosts and what failed in a page that shows nothing, in one error", () => {
  const error = missing([unmockedRequest("cdn.example.com", 443)], {
    dead: ["tab-1: script http://localhost:3000/a.js did not load: its server answered 404"],
  });
  expect(error?.code).toBe("unmocked-request");
  expect(error?.hint).toMatch(
    /page\.route\("https:\/\/cdn\.example\.com\/\*\*"[^]*the page shows nothing, [^]*a\.js did not load: its server answered 404/,
  );
  expect(missing([], { dead: ["tab-1: uncaught TypeError: x"] })?.code).toBe("page-not-loaded");
  expect(missing([])).toBeUndefined();
});
