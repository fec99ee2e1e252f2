/** Formats that are asked for. */
import { expect, it } from "vitest";
import { readFormats } from "./formats-option.ts";

it("reads the names of formats, each once", () => {
  expect(readFormats("sarif, code-quality,sarif")).toEqual(["sarif", "code-quality"]);
  expect(readFormats(undefined)).toEqual([]);
});

it("refuses a format that does not exist, by the nearest name", () => {
  expect(() => readFormats("sarf")).toThrow(
    expect.objectContaining({ code: "bad-usage", hint: expect.stringContaining("sarif") }),
  );
});
