import { describe, expect, it } from "vitest";
import { newsOf, type Told as ToldItem } from "./news.ts";
import { nights, type Told } from "../../../test/support/archive.ts";

/** What is told night after night, when each night remembers what was told. */
function toldOver(...told: readonly Told[]): readonly string[] {
  const sessions = nights(...told);
  const remembered: ToldItem[] = [];
  return sessions.map((_, index) => {
    const news = newsOf(sessions.slice(0, index + 1), remembered);
    remembered.push(...news);
    return news.map(({ kind, scenario, rule }) => `${kind} ${scenario} ${rule}`).join(", ");
  });
}

const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;
const APPEARED = "appeared a backoff";
const FIXED = "fixed a backoff";
const FLICKERS = "flickers a backoff";

describe("news", () => {
  it("is told once when a finding appears, and once when it is fixed", () => {
    expect(toldOver(good, bad, bad, bad, good, good)).toEqual(["", APPEARED, "", "", FIXED, ""]);
  });

  it("is told again when a fixed finding comes back", () => {
    expect(toldOver(bad, good, good, bad)).toEqual([APPEARED, FIXED, "", APPEARED]);
  });

  it("ends with one word about what comes and goes, until it has come to stay", () => {
    const often = [APPEARED, FIXED, APPEARED, FIXED] as const;
    const flicker = toldOver(good, bad, good, bad, good, bad, bad, good);
    expect(flicker).toEqual(["", ...often, FLICKERS, "", ""]);
    const gone = toldOver(bad, good, bad, good, bad, good, good);
    expect(gone).toEqual([...often, APPEARED, FLICKERS, ""]);
    const sessions = nights(good, ...Array.from({ length: 8 }, () => bad));
    const before = [
      { kind: "flickers", scenario: "a", client: "msal-node", rule: "backoff" },
    ] as const;
    expect(newsOf(sessions, before).map(({ kind }) => kind)).toEqual(["appeared"]);
  });

  it("is not what the baseline knows, nor what is in quarantine", () => {
    expect(toldOver({ a: { backoff: "k", "retry-after": "q" } })).toEqual([""]);
  });

  it("is no fix when what is in quarantine holds for a night, and is one when it was taken out", () => {
    const shaky = { a: { backoff: "q" } } as const;
    expect(toldOver(bad, shaky, good, shaky, good)).toEqual([APPEARED, "", "", "", ""]);
    expect(toldOver(bad, shaky, bad, good)).toEqual([APPEARED, "", "", FIXED]);
  });

  it("is no fix when nothing was seen, nor when the baseline has taken it up", () => {
    expect(toldOver(bad, { a: { backoff: "?" } }, { b: {} })).toEqual([APPEARED, "", ""]);
    expect(toldOver(bad, { a: { backoff: "-" } }, good)).toEqual([APPEARED, "", FIXED]);
    expect(toldOver(bad, { a: { backoff: "k" } }, good)).toEqual([APPEARED, "", FIXED]);
  });

  it("is a fix also of what the sessions no longer reach", () => {
    const told = [
      { kind: "appeared", scenario: "a", client: "msal-node", rule: "backoff" },
    ] as const;
    expect(newsOf(nights(good), told)).toMatchObject([{ kind: "fixed", finding: { version: "" } }]);
    expect(newsOf([], told)).toEqual([]);
  });

  it("says what was last seen of what is fixed", () => {
    const [item] = newsOf(nights(bad, good), [
      { kind: "appeared", scenario: "a", client: "msal-node", rule: "backoff" },
    ]);
    expect(item).toMatchObject({ kind: "fixed", finding: { message: "backoff in a" } });
  });
});
