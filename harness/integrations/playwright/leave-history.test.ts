/** How problems that are not the pages' own are reported to a Playwright suite. */
import { expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { unmockedRequest } from "../../network/served-hosts.ts";
import { problemOf } from "./leave-history.ts";

const hintOf = (problem: Error): string | undefined =>
  (problemOf({ problems: () => [problem] }) as HarnessError).hint;

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

it("suggests another mount by entraOptions instead of by --mount", () => {
  const place = "https://login.microsoftonline.com/contoso.example/authorize";
  const hint = "It takes real sockets: --mount proxy.";
  expect(hintOf(new HarnessError("unmocked-request", "went past", { place, hint }))).toBe(
    'It takes real sockets: test.use({ entraOptions: { mount: "proxy" } }).',
  );
});

it("returns other errors unchanged", () => {
  const problem = new TypeError("boom");
  expect(problemOf({ problems: () => [problem] })).toBe(problem);
  expect(problemOf({ problems: () => [] })).toBeUndefined();
});
