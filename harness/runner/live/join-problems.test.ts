import { expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { unmockedLookup, unmockedRequest, unmockedUrl } from "../../network/served-hosts.ts";
import { joinProblems } from "./join-problems.ts";

const join = (...problems: Error[]) => joinProblems(problems, () => "Answer for it.");

it("returns a single problem as it is, also when it has come twice", () => {
  const problem = new TypeError("boom");
  expect(join(problem)).toBe(problem);
  expect(join(problem, new TypeError("boom"))).toBe(problem);
  expect(join()).toBeUndefined();
});

it("says the messages of all problems, with their stacks in the cause", () => {
  const [lookup, broken] = [unmockedLookup("db.example.com"), new TypeError("boom")];
  const ours = join(lookup, broken);
  expect(ours).toBeInstanceOf(HarnessError);
  expect(ours).toMatchObject({
    code: "unmocked-request",
    message: lookup.message,
    place: "db.example.com",
    hint: `${lookup.hint}\n  Also: boom`,
    cause: { errors: [lookup, broken] },
  });
  const another = join(broken, lookup);
  expect(another?.message).toBe(`boom\n  Also: ${lookup.message}`);
  expect(another?.cause).toMatchObject({ errors: [broken, lookup] });
});

it("keeps the other problems behind hosts that are not simulated", () => {
  const broken = new TypeError("boom");
  expect(join(unmockedRequest("api.example.com", 443), broken)).toMatchObject({
    code: "unmocked-request",
    hint: "Answer for it.\n  Also: boom",
    cause: broken,
  });
});

it("gives each host its origin, with http for a request without TLS at any port", () => {
  const problems = [
    unmockedUrl(new URL("http://a.example.com:8080/stock")),
    unmockedUrl(new URL("https://b.example.com:8443/stock")),
    unmockedUrl(new URL("http://c.example.com/stock")),
    unmockedRequest("d.example.com", 443),
  ];
  const error = joinProblems(problems, (hosts, originOf) => hosts.map(originOf).join(" "));
  expect(error).toMatchObject({
    hint: "http://a.example.com:8080 https://b.example.com:8443 http://c.example.com https://d.example.com",
  });
});
