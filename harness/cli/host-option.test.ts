import { expect, it } from "vitest";
import { packagedAuthority } from "../network/way-in/authority.ts";
import { readHosts } from "./host-option.ts";

it("reads hosts with their servers", () => {
  const text = "API.contoso.test=http://127.0.0.1:3000, web.contoso.test=https://localhost:3443";
  expect([...readHosts(text, packagedAuthority())]).toEqual([
    ["api.contoso.test", "http://127.0.0.1:3000"],
    ["web.contoso.test", "https://localhost:3443"],
  ]);
});

it.each([
  ["api.contoso.test", "expected a host and the address"],
  ["api.contoso.test=3000", "expected a host and the address"],
  ["https://api.contoso.test=http://127.0.0.1:1", "expected a host and the address"],
  ["login.microsoftonline.com=http://127.0.0.1:1", "is simulated"],
  ["localhost=http://127.0.0.1:1", "expected the name of a host"],
  ["10.0.0.1=http://127.0.0.1:1", "expected the name of a host"],
  ["api.contoso.test=http://example.com", "nothing may leave it"],
  ["api.contoso.test=http://127.0.0.1:1/path", "without a path"],
])("refuses %s", (text, said) => {
  expect(() => readHosts(text, packagedAuthority())).toThrow(said);
});

it("refuses hosts without an authority that signs for them", () => {
  expect(() => readHosts("api.contoso.test=http://127.0.0.1:1", undefined)).toThrow(
    "takes an authority of your own",
  );
});
