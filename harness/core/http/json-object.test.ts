import { describe, expect, it } from "vitest";
import { claimsOf, decodeObject, parseObject } from "./json-object.ts";

const encoded = Buffer.from('{"a":1}').toString("base64url");

describe("JSON of others", () => {
  it("is an object, plain, encoded, or in the middle of a token", () => {
    expect(parseObject('{"a":1}')).toEqual({ a: 1 });
    expect(decodeObject(encoded)).toEqual({ a: 1 });
    expect(claimsOf(`x.${encoded}.y`)).toEqual({ a: 1 });
  });

  it.each(["", "{", "null", "7", '"text"'])("is nothing when it is %s", (text) => {
    expect(parseObject(text)).toBeUndefined();
    expect(decodeObject(Buffer.from(text).toString("base64url"))).toBeUndefined();
  });

  it.each([undefined, "", "no token", "a.%%%.b"])("is nothing when the token is %s", (token) => {
    expect(claimsOf(token)).toBeUndefined();
  });
});
