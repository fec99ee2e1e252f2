/** What a suite of pages is told of what was not its pages' doing. */
import { expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { unmockedRequest } from "../../network/served-hosts.ts";
import { problemOf } from "./failure.ts";

const hintOf = (problem: Error): string | undefined =>
  (problemOf({ problems: () => [problem] }) as HarnessError).hint;

it("names the address by which a test answers a host that nobody serves", () => {
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

it("says what to do about the mount route in the words of a suite", () => {
  const place = "https://login.microsoftonline.com/contoso.example/authorize";
  const hint = "It takes real sockets: --mount proxy.";
  expect(hintOf(new HarnessError("unmocked-request", "went past", { place, hint }))).toBe(
    'It takes real sockets: test.use({ entraOptions: { mount: "proxy" } }).',
  );
});

it("leaves what is no problem of ours as it is", () => {
  const problem = new TypeError("boom");
  expect(problemOf({ problems: () => [problem] })).toBe(problem);
  expect(problemOf({ problems: () => [] })).toBeUndefined();
});
