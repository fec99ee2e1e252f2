/** What the ledger reports night after night: each truth once. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Night, nightly, type Signs } from "../../../test/support/archive.ts";
import { type Archive, openArchive } from "./database.ts";

let archive: Archive;
let night: (one: Night | Signs) => readonly string[];
beforeEach(() => {
  archive = openArchive(":memory:");
  night = nightly(archive);
});
afterEach(() => archive.close());

const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;
const NEW = "new a backoff";
const FIXED = "fixed a backoff";
const over = (...nights: readonly (Night | Signs)[]): readonly string[] =>
  nights.map((one) => night(one).join(", "));
const changes = () => archive.heads(99).flatMap(({ id }) => archive.changesOf(id));
/** A night of a commit. */
const of = (commit: string, signs: Signs, more: Partial<Night> = {}): Night => ({
  signs,
  ...more,
  facts: { commit, ...more.facts },
});

describe("a finding", () => {
  it("is reported once when it appears, and once when it is fixed", () => {
    expect(over(good, bad, bad, good, good)).toEqual(["", NEW, "", FIXED, ""]);
  });

  it("is reported anew each time that it comes back, and each fix as well", () => {
    const nights = Array.from({ length: 4 }, () => [bad, good]).flat();
    expect(over(good, ...nights)).toEqual([
      "",
      ...nights.map((one) => (one === bad ? NEW : FIXED)),
    ]);
    expect(changes().map(({ detail }) => "how" in detail && detail.how)).toEqual([
      "first",
      false,
      "again",
      false,
      "again",
      false,
      "again",
      false,
    ]);
  });

  it("that is there from the first run on is reported then, and has no last good run", () => {
    expect(over(bad, bad)).toEqual([NEW, ""]);
    expect(changes()[0]?.since).toMatchObject({ firstSeen: { id: 1 } });
    expect(changes()[0]?.since).not.toHaveProperty("lastGood");
  });

  it("says since when it is there and what changed between", () => {
    const clients = (version: string) => [{ name: "msal-node", version }];
    night({
      signs: good,
      run: { version: "6.0.1" },
      facts: { commit: "aaa", clients: clients("6.0.1") },
    });
    night({ signs: { a: { backoff: "-" } }, facts: { commit: "bbb" } });
    night({
      signs: bad,
      run: { version: "7.2.3" },
      facts: { commit: "ccc", clients: clients("7.2.3") },
    });
    expect(changes()[0]?.since).toMatchObject({
      firstSeen: { id: 3 },
      lastGood: { id: 1 },
      between: {
        packages: [{ name: "msal-node", from: "6.0.1", to: "7.2.3" }],
        commits: { from: "aaa", to: "ccc" },
      },
    });
  });

  it("is the same after an upgrade, with another commit and with another seed", () => {
    expect(
      over(
        of("one", bad, { run: { version: "1.0.0" } }),
        of("two", bad, { run: { version: "2.0.0" } }),
        of("three", bad, { seed: "2" }),
      ),
    ).toEqual([NEW, "", ""]);
  });

  it("is another one under another mount", () => {
    night(bad);
    expect(night({ signs: bad, run: { mount: "msw" } })).toEqual([NEW, "gone a backoff"]);
  });

  it("of one branch is neither fixed nor renewed by runs of another, nor by another job", () => {
    const branch = { facts: { branch: "fix" } };
    expect(over(bad, { signs: good, ...branch }, bad, { signs: bad, ...branch }, good)).toEqual([
      NEW,
      "",
      "",
      NEW,
      FIXED,
    ]);
    expect(over(bad, { signs: good, facts: { job: "other" } }, bad)).toEqual([NEW, "", ""]);
  });

  it("that another cause brings is news, though its rule failed before", () => {
    const caused = (cause: string): Night => ({
      signs: bad,
      run: {
        findings: [{ rule: "backoff", verdict: "fail", message: "", baseline: "new", cause }],
      },
    });
    expect(over(caused("throttled"), caused("throttled"), bad, caused("dns"))).toEqual([
      NEW,
      "",
      "",
      NEW,
    ]);
    // One of two causes is gone, and back: each was reported.
    const [dns, both] = [caused("dns"), caused("dns, throttled")];
    expect(over(good, both, dns, both)).toEqual([FIXED, NEW, "", ""]);
    expect(over(good, dns, both, dns)).toEqual([FIXED, NEW, NEW, ""]);
  });
});

describe("what is accepted", () => {
  it("by the baseline or the quarantine is no news", () => {
    expect(over({ a: { backoff: "k", "retry-after": "q" } }, good)).toEqual(["", ""]);
  });

  it("is news when it is accepted no more, and known since it was first seen", () => {
    expect(over({ a: { backoff: "k" } }, bad)).toEqual(["", NEW]);
    expect(changes()[0]?.since?.firstSeen.id).toBe(1);
  });

  it("has no fix when what is in quarantine holds for a night, and one when it was taken out", () => {
    const shaky = { a: { backoff: "q" } } as const;
    expect(over(bad, shaky, good, shaky, good)).toEqual([NEW, "", "", "", ""]);
    expect(over(bad, good)).toEqual(["", FIXED]);
  });

  it("has a fix when the baseline took it up after it was reported", () => {
    expect(over(bad, { a: { backoff: "k" } }, good)).toEqual([NEW, "", FIXED]);
  });
});

describe("a flaky finding", () => {
  it("is one with both outcomes of the same commit, versions and seed", () => {
    expect(over(of("one", good), of("one", bad), of("one", good), of("one", bad))).toEqual([
      "",
      "flaky a backoff",
      "",
      "",
    ]);
  });

  it("is none where the commit, a package or Node changed, or where no commit is known", () => {
    const node = { facts: { node: "26" } };
    const clients = { facts: { clients: [{ name: "msal-node", version: "8" }] } };
    expect(
      over(of("one", bad), of("two", good), of("two", bad, node), of("two", good, clients)),
    ).toEqual([NEW, FIXED, NEW, FIXED]);
    expect(over(bad, good)).toEqual([NEW, FIXED]);
  });

  it("is reported at once when it stays, and when it is fixed for good", () => {
    night(of("one", good));
    night(of("one", bad));
    expect(over(of("two", good), of("two", bad), of("two", bad), of("three", bad))).toEqual([
      "",
      "",
      "",
      NEW,
    ]);
    expect(changes().at(-1)?.detail).toEqual({ kind: "new", how: "stays" });
    expect(over(of("four", good))).toEqual([FIXED]);
  });

  it("is not fixed by holding for some nights, but for a week", () => {
    night(of("one", good));
    night(of("one", bad));
    expect(over(...Array.from({ length: 7 }, () => of("two", good)))).toEqual([
      ...Array.from({ length: 6 }, () => ""),
      FIXED,
    ]);
  });

  it("that depends on the seed names the seeds, and is fixed when it holds with one that failed", () => {
    const seed = (commit: string, signs: Signs, name: string) => of(commit, signs, { seed: name });
    expect(
      over(
        seed("one", good, "1"),
        seed("one", bad, "2"),
        seed("one", good, "3"),
        seed("two", bad, "4"),
      ),
    ).toEqual(["", "flaky a backoff", "", ""]);
    expect(changes()[0]?.detail).toEqual({
      kind: "flaky",
      by: "seed",
      failing: ["2"],
      holding: ["1"],
    });
    expect(over(seed("three", good, "5"), seed("three", good, "2"))).toEqual(["", FIXED]);
  });
});

describe("another seed with another commit", () => {
  const seed = (name: string, signs: Signs) => of(name, signs, { seed: name });

  it("that holds is a fix only when it holds for three nights, or with a seed that failed", () => {
    expect(over(seed("1", bad), seed("2", good), seed("3", good), seed("4", good))).toEqual([
      NEW,
      "",
      "",
      FIXED,
    ]);
    expect(over(seed("5", bad), of("x", good, { seed: "5" }))).toEqual([NEW, FIXED]);
  });

  it("that holds is a fix at once of what failed with three seeds", () => {
    expect(over(seed("1", bad), seed("2", bad), seed("3", bad), seed("4", good))).toEqual([
      NEW,
      "",
      "",
      FIXED,
    ]);
  });
});

describe("a finding that grows", () => {
  const repeats = (count: number, more: Partial<RunRecordOf> = {}): Night => ({
    signs: good,
    run: {
      findings: [
        {
          rule: "backoff",
          verdict: "fail",
          message: `asked again ${count} times`,
          baseline: "new",
        },
      ],
      ...more,
    },
  });
  type RunRecordOf = NonNullable<Night["run"]>;

  it("is worse when it has doubled since it was reported, and then once", () => {
    expect(over(repeats(44), repeats(50), repeats(5_984), repeats(5_984), repeats(6_100))).toEqual([
      NEW,
      "",
      "worse a backoff",
      "",
      "",
    ]);
    expect(changes()[1]?.detail).toEqual({ kind: "worse", figure: "count", from: 44, to: 5_984 });
  });

  it("is worse, too, when the baseline knows it", () => {
    const known = (count: number): Night => {
      const { run = {} } = repeats(count);
      const findings = run.findings?.map((one) => ({ ...one, baseline: "known" as const })) ?? [];
      return { signs: good, run: { findings } };
    };
    expect(over(known(44), known(5_984))).toEqual(["", "worse a backoff"]);
  });

  it("is worse when people are without a token for much longer, with or without a finding", () => {
    const without = (withoutTokenMs: number): Night => ({
      signs: good,
      run: { cost: { withoutTokenMs, promptsCaused: 0, callsWithheld: 0 } },
    });
    const nights = [240_000, 250_000, 700_000, 690_000, 0, 240_000].map(without);
    expect(over(...nights)).toEqual(["", "", "worse a", "", "", "worse a"]);
  });
});

describe("what cannot be judged", () => {
  const open = { a: { backoff: "?" } } as const;
  const nothing = { a: { backoff: "-" } } as const;

  it("is reported once, whether it failed or held before", () => {
    expect(over(good, open, open, good)).toEqual(["", "inconclusive a backoff", "", FIXED]);
    expect(over(bad, open, nothing, bad, good)).toEqual([
      NEW,
      "inconclusive a backoff",
      "",
      "",
      FIXED,
    ]);
  });

  it("is a new finding when it fails after that", () => {
    expect(over(good, open, bad)).toEqual(["", "inconclusive a backoff", NEW]);
    expect(changes().at(-1)?.since).toMatchObject({ firstSeen: { id: 3 }, lastGood: { id: 1 } });
  });

  it("is no news where nothing was there before, nor where it is accepted", () => {
    expect(over(good, nothing, good)).toEqual(["", "", ""]);
    expect(over({ a: { backoff: "k" } }, open)).toEqual(["", ""]);
  });
});

describe("a scenario that is no longer run", () => {
  it("is reported once, with each of its open findings", () => {
    const both = { a: { backoff: "x", hang: "x" }, b: {} } as const;
    expect(over(both, { b: {} }, { b: {} })).toEqual([
      "new a backoff, new a hang",
      "gone a backoff, gone a hang",
      "",
    ]);
    expect(over({})).toEqual(["gone b"]);
  });

  it("is news again when it is back", () => {
    expect(over({ ...bad, b: {} }, { b: {} }, { ...bad, b: {} })).toEqual([
      NEW,
      "gone a backoff",
      NEW,
    ]);
    expect(over({ b: {} }, { a: {}, b: {} })).toEqual(["gone a backoff", FIXED]);
  });

  it("is not gone while a file that may have it cannot be loaded, which is said once", () => {
    const file = "outages/a.scenario.ts";
    const problem = { code: "bad-scenario", message: "it cannot be loaded" };
    const unloadable: Night = {
      signs: { b: {} },
      failures: [{ scenario: file, client: "no client", mount: "no mount", ...problem }],
      facts: { outcome: "failed", problems: [{ ...problem, place: file }] },
    };
    expect(over({ ...bad, b: {} }, unloadable, unloadable, { ...bad, b: {} })).toEqual([
      NEW,
      `unknown ${file}`,
      "",
      `fixed ${file}`,
    ]);
    expect(over(unloadable, { b: {} }, { b: {} })).toEqual([
      `unknown ${file}`,
      `gone a backoff, fixed ${file}`,
      "",
    ]);
  });

  it("is gone in the second night when the command is another one", () => {
    const command = { facts: { command: "run b" } };
    expect(
      over({ ...bad, b: {} }, { signs: { b: {} }, ...command }, { signs: { b: {} }, ...command }),
    ).toEqual([NEW, "", "gone a backoff"]);
  });

  it("is recognised under its new name when it does exactly the same", () => {
    const shaped = (scenario: string): Night => ({
      signs: { [scenario]: { backoff: "x" } },
      run: { shape: "5a5a" },
    });
    night(shaped("old"));
    expect(over(shaped("young"), shaped("young"))).toEqual(["gone old", ""]);
    expect(changes()[1]?.detail).toEqual({ kind: "gone", renamedTo: "young" });
    expect(night({ signs: { young: {} } })).toEqual(["fixed young backoff"]);
  });

  it("is not taken for a new one that does something else, nor for one of two", () => {
    const other = { signs: { c: {} }, run: { shape: "beef" } };
    night({ signs: { a: {} }, run: { shape: "5a5a" } });
    expect(night(other)).toEqual(["gone a"]);
    expect(night({ signs: { d: {}, e: {} }, run: { shape: "beef" } })).toEqual(["gone c"]);
  });
});
