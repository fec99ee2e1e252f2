/** The page's program as it is bundled in a source checkout. */
import { expect, it } from "vitest";
import { loadPageProgram } from "./page-program.ts";

it("is one script that imports nothing, with its style and the licences of what is in it", async () => {
  const program = await loadPageProgram();
  expect(program.script).not.toMatch(/\bimport\s*[{(*"']|\brequire\(|\bexport\s*[{*]/);
  expect(program.script).toContain("DecompressionStream");
  expect(program.style).toContain(".call-blocked");
  expect(program.licences).toMatch(/^d3-color\n/);
  expect(program.licences).toMatch(/^preact\n\nThe MIT License/m);
  expect(await loadPageProgram()).toEqual(program);
});
