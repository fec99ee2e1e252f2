import { describe, expect, it } from "vitest";
import { readClientRange, readClientVersions } from "./version-spec.ts";

const known = ["msal-node", "msal-browser", "msal"];

describe("clients with versions", () => {
  it("are majors, minors and whole versions, each once, and a client twice is one", () => {
    expect(
      readClientVersions(["msal-node@1,2.3,7.2.1,1", "msal@1", "msal-node@6,latest"], known),
    ).toEqual([
      { client: "msal-node", wanted: ["1", "2.3", "7.2.1", "6", "latest"] },
      { client: "msal", wanted: ["1"] },
    ]);
  });

  it("are those of this machine for a client that stands without one", () => {
    const read = (...texts: string[]) => readClientVersions(texts, known, ["msal-python"]);
    expect(read("msal-python", "msal@1")).toEqual([
      { client: "msal-python", wanted: [] },
      { client: "msal", wanted: ["1"] },
    ]);
    expect(() => read("msal-python@1")).toThrow(
      expect.objectContaining({
        message: '"msal-python@1" names a version of msal-python',
        hint: "This machine decides which one it is: write msal-python alone.",
      }),
    );
  });

  it.each([
    [[], "no client is named", "Write clients with versions"],
    [
      ["msal-nod@1"],
      'there is no client "msal-nod" with versions',
      "Did you mean msal or msal-node?",
    ],
    [["msal-node"], '"msal-node" names no version', "behind an @"],
    [["msal-node@"], '"msal-node@" names no version', "behind an @"],
    [["msal-node@,"], '"msal-node@," names no version', "behind an @"],
    [["msal-node@newest"], '"newest" is no version', '"latest" for the newest'],
    [["msal-node@7.2.1-beta.1"], '"7.2.1-beta.1" is no version', "no prereleases"],
    [["msal-node@1.2.3.4"], '"1.2.3.4" is no version', "no prereleases"],
    [["msal-node@^7"], '"^7" is no version', "no prereleases"],
    [["msal-node@07"], '"07" is no version', "no prereleases"],
  ] as const)("%j: %s", (texts, message, hint) => {
    expect(() => readClientVersions(texts, known)).toThrow(
      expect.objectContaining({ message, hint: expect.stringContaining(hint) }),
    );
  });
});

describe("a range", () => {
  it("has two ends", () => {
    expect(readClientRange("msal-node@7.0..7.2.1", known)).toEqual({
      client: "msal-node",
      from: "7.0",
      to: "7.2.1",
    });
    expect(readClientRange("msal-node@7..latest", known)).toMatchObject({ to: "latest" });
  });

  it.each(["msal-node@7", "msal-node@7..", "msal-node@..7", "msal-node@1..2..3", "msal-node@6.7"])(
    "%s is none",
    (text) => {
      expect(() => readClientRange(text, known)).toThrow(
        expect.objectContaining({
          code: "bad-usage",
          hint: expect.stringContaining("7.0.0..7.2.1"),
        }),
      );
    },
  );

  it("has versions at its ends", () => {
    expect(() => readClientRange("msal-node@7..next", known)).toThrow('"next" is no version');
    expect(() => readClientRange("msal-node@latest..7", known)).toThrow('"latest" is no version');
    expect(() => readClientRange("other@7..8", known)).toThrow('there is no client "other"');
  });
});
