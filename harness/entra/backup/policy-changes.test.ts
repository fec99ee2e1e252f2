/** Which policies count in an outage: those that were in force before it. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { throttled, tokenServerError } from "../../faults/presets.ts";
import { answersTo, policyOf, type Step, worldWith } from "../../../test/support/backup.ts";

const onBoard = { users: { include: [], groups: ["board"], roles: [] } } as const;
const frozen = policyOf(onBoard);
const strict = policyOf({ ...onBoard, resilienceDefaults: "disabled" });
const set =
  (policy: typeof frozen): Step["does"] =>
  ({ world }) =>
    world.setPolicy(policy);

/** The second outage begins at four hours; the first was over at three. */
const twice = [
  tokenServerError({ id: "one", from: minutes(20), for: hours(3) - minutes(20) }),
  tokenServerError({ id: "two", from: hours(4), for: hours(4) }),
];

describe("resilience defaults switched off", () => {
  it("before the outage apply in it, also without a request in between", async () => {
    const steps = [{ atMs: minutes(15), does: set(strict) }];
    expect(await answersTo({ world: worldWith(frozen), steps })).toEqual(["declined"]);
  });

  it("in the outage apply only once the primary is back", async () => {
    const story = {
      world: worldWith(frozen),
      outages: twice,
      steps: [{ atMs: minutes(30), does: set(strict) }],
    };
    expect(await answersTo({ ...story, asksAtMs: [hours(2)] })).toEqual(["served"]);
    expect(await answersTo({ ...story, asksAtMs: [hours(2), hours(3.5), hours(5)] })).toEqual([
      "served",
      "primary served",
      "declined",
    ]);
  });
});

describe("a change in an outage", () => {
  const story = { world: worldWith(frozen), outages: twice };

  it("applies in the next outage, also without a request in between", async () => {
    const steps = [{ atMs: minutes(30), does: set(strict) }];
    expect(await answersTo({ ...story, steps, asksAtMs: [hours(5)] })).toEqual(["declined"]);
  });

  it("is replaced by none that is made in the next outage", async () => {
    const steps = [
      { atMs: minutes(30), does: set(strict) },
      { atMs: hours(4.5), does: set(frozen) },
    ];
    expect(await answersTo({ ...story, steps, asksAtMs: [hours(5)] })).toEqual(["declined"]);
    const other = [
      { atMs: minutes(30), does: set(strict) },
      { atMs: minutes(40), does: set(frozen) },
      { atMs: hours(4.5), does: set(strict) },
    ];
    expect(await answersTo({ ...story, steps: other, asksAtMs: [hours(5)] })).toEqual(["served"]);
  });

  it("does not come back after it was undone between the outages", async () => {
    const steps = [
      { atMs: minutes(30), does: set(strict) },
      { atMs: hours(3.6), does: set(frozen) },
    ];
    expect(await answersTo({ ...story, steps, asksAtMs: [hours(5)] })).toEqual(["served"]);
  });
});

describe("resilience defaults switched on again", () => {
  it("before the outage let the backup serve again", async () => {
    const steps = [{ atMs: minutes(15), does: set(frozen) }];
    expect(await answersTo({ world: worldWith(strict), steps })).toEqual(["served"]);
  });

  it("in the outage are too late", async () => {
    const steps = [{ atMs: minutes(30), does: set(frozen) }];
    expect(await answersTo({ world: worldWith(strict), steps })).toEqual(["declined"]);
  });
});

describe("a policy", () => {
  it("no longer applies when removed before the outage, and still applies when removed in it", async () => {
    const remove: Step["does"] = ({ world }) => world.removePolicy("MFA");
    const story = { world: worldWith(strict) };
    expect(await answersTo({ ...story, steps: [{ atMs: minutes(15), does: remove }] })).toEqual([
      "served",
    ]);
    expect(await answersTo({ ...story, steps: [{ atMs: minutes(30), does: remove }] })).toEqual([
      "declined",
    ]);
  });

  it("that is new requires controls which an existing session has not met", async () => {
    const enable = set(policyOf());
    expect(await answersTo({ steps: [{ atMs: minutes(15), does: enable }] })).toEqual(["declined"]);
    expect(await answersTo({ steps: [{ atMs: minutes(30), does: enable }] })).toEqual(["served"]);
    const inForce = { world: worldWith(policyOf()) };
    expect(await answersTo({ ...inForce, steps: [{ atMs: minutes(15), does: enable }] })).toEqual([
      "served",
    ]);
  });

  it.each<[string, ReturnType<typeof policyOf>, ReturnType<typeof policyOf>, string]>([
    ["more people", frozen, policyOf(), "declined"],
    ["fewer people", policyOf(), frozen, "served"],
    ["more apps", policyOf({ apps: ["other"] }), policyOf(), "declined"],
    ["a condition less", policyOf({ conditions: ["location"] }), policyOf(), "declined"],
    ["a condition more", policyOf(), policyOf({ conditions: ["location"] }), "served"],
  ])("that is changed to apply to %s is new to these alone", async (_, before, after, answer) => {
    const steps = [{ atMs: minutes(15), does: set(after) }];
    expect(await answersTo({ world: worldWith(before), steps })).toEqual([answer]);
  });

  it("applies in a partial outage from the next success of the primary", async () => {
    const half = [{ ...tokenServerError({ from: minutes(20), for: hours(9) }), after: 1 }];
    const steps = [{ atMs: minutes(30), does: set(strict) }];
    expect(
      await answersTo({
        world: worldWith(frozen),
        outages: half,
        steps,
        asksAtMs: [hours(1), hours(2)],
      }),
    ).toEqual(["primary served", "declined"]);
  });

  it("does not begin to apply with an answer other than success", async () => {
    const outages = [
      throttled({ from: minutes(40), for: minutes(20) }),
      tokenServerError({ from: minutes(20), for: hours(9) }),
    ];
    const steps = [{ atMs: minutes(30), does: set(strict) }];
    const asksAtMs = [minutes(50), hours(2)];
    const answers = await answersTo({ world: worldWith(frozen), outages, steps, asksAtMs });
    expect(answers.at(-1)).toBe("served");
  });

  it("of another tenant does not apply", async () => {
    const steps: Step[] = [
      { atMs: minutes(15), does: ({ world }) => world.setPolicy(strict, "fabrikam") },
    ];
    expect(await answersTo({ steps })).toEqual(["served"]);
  });
});

describe("frozen evaluation", () => {
  const newer = policyOf({ ...onBoard, enabledAtMs: Date.UTC(2027, 0, 1) });
  const join: Step["does"] = ({ world }) => world.setGroups(world.user("megan"), ["board"]);

  it("uses the groups of the session's start: joining a group later changes nothing", async () => {
    const steps = [{ atMs: minutes(10), does: join }];
    expect(await answersTo({ world: worldWith(newer), steps })).toEqual(["served"]);
  });

  it("applies to members of the group at the session's last success", async () => {
    const outages = [tokenServerError({ from: hours(1.5), for: hours(4) })];
    const steps = [{ atMs: minutes(10), does: join }];
    const asksAtMs = [hours(1), hours(2)];
    expect(await answersTo({ world: worldWith(newer), outages, steps, asksAtMs })).toEqual([
      "primary served",
      "declined",
    ]);
  });
});

describe("the names that a script uses", () => {
  it("are known, or refused with the nearest name", async () => {
    const bad: Step[] = [{ atMs: 1, does: ({ world }) => world.removePolicy("MFA") }];
    await expect(answersTo({ steps: bad })).rejects.toMatchObject({ code: "unknown-name" });
    const wrong: Step[] = [
      {
        atMs: 1,
        does: ({ world }) => world.setPolicy({ ...frozen, state: "on" as "enabled" }),
      },
    ];
    await expect(answersTo({ steps: wrong })).rejects.toMatchObject({
      code: "bad-world",
      place: "setPolicy.state",
    });
  });
});
