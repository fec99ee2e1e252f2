/**
 * What a fault plan may look like: a schema for each type of `plan.ts`, which the compiler
 * compares with it. What holds between the fields of a window is in `check-site.ts`,
 * `check-slice.ts` and `check-pages.ts`.
 */
import { jsonValue, nonEmptyString, ratio, wholeNumber } from "../core/common-schemas.ts";
import type { core } from "zod";
import {
  acrossFields,
  expected,
  expecting,
  type ReportProblem,
  schema,
  schemaOf,
  type Z,
} from "../core/validation.ts";
import { statusesWithoutBody } from "../core/http/message.ts";
import { endpoints } from "../entra/request/endpoint.ts";
import { checkDevice } from "./check-device.ts";
import { checkPages } from "./check-pages.ts";
import { checkSite } from "./check-site.ts";
import { millisecondsMeant } from "./duration-hint.ts";
import { checkSlice } from "./check-slice.ts";
import { effectTraits } from "./effect-traits.ts";
import {
  type CapacityEffect,
  type Delay,
  type ErrorBody,
  type FaultEffect,
  type FaultPlan,
  faultSites,
  type FaultWindow,
  type RespondEffect,
  type RetryAfter,
} from "./plan.ts";
import { sliceSchema } from "./slice-schema.ts";

/** A century; what is longer was meant otherwise, and would leave the range of dates. */
const LONGEST_MS = 100 * 365 * 86_400_000;

const durationMs = schema((z) =>
  z
    .int({
      error: expecting(`a whole number of milliseconds from 0 to ${LONGEST_MS}`, millisecondsMeant),
    })
    .min(0)
    .max(LONGEST_MS)
    .meta({ description: "Milliseconds." }),
);
const shiftMs = schema((z) =>
  z
    .int({
      error: expecting(
        `a whole number of milliseconds from -${LONGEST_MS} to ${LONGEST_MS}`,
        millisecondsMeant,
      ),
    })
    .min(-LONGEST_MS)
    .max(LONGEST_MS)
    .meta({ description: "Milliseconds." }),
);
/** How many requests, bytes or seconds. */
const count = schema((z) => wholeNumber(z, 0));
const retryAfter = schemaOf<RetryAfter>()((z) =>
  z
    .discriminatedUnion("form", [
      z.strictObject({ form: z.literal("seconds"), seconds: count() }),
      // A date in the past is one of the forms that clients meet.
      z.strictObject({
        form: z.literal("http-date"),
        seconds: wholeNumber(z, -LONGEST_MS / 1_000, LONGEST_MS / 1_000),
      }),
      z.strictObject({ form: z.literal("absent") }),
      z.strictObject({ form: z.literal("zero") }),
      z.strictObject({ form: z.literal("garbage"), text: garbageText(z) }),
    ])
    .meta({ id: "RetryAfter" }),
);

/** What may stand in a header: Fetch and Node refuse control characters. */
function headerValue(z: Z) {
  const what = "a header value of printable ASCII characters";
  return z.string({ error: expecting(what) }).regex(/^[\t\x20-\x7e]*$/);
}

function contentType(z: Z) {
  const what = "a content type of printable ASCII characters that is not empty";
  return z.string({ error: expecting(what) }).regex(/^[\t\x20-\x7e]*[\x21-\x7e][\t\x20-\x7e]*$/);
}

function garbageText(z: Z) {
  const what = "a text that is not a valid Retry-After";
  return headerValue(z).refine((text) => !/^\s*\d+\s*$/.test(text), {
    error: expecting(what, 'Use the form "seconds".'),
  });
}

const cors = schema((z) => z.enum(["present", "absent"]).optional());

const body = schemaOf<ErrorBody>()((z) =>
  z
    .discriminatedUnion("form", [
      z.strictObject({ form: z.literal("aadsts"), code: wholeNumber(z, 1, 9_999_999) }),
      z.strictObject({ form: z.literal("json"), value: jsonValue() }),
      z.strictObject({ form: z.literal("text"), text: z.string() }),
      z.strictObject({ form: z.literal("html"), title: z.string() }),
      z.strictObject({ form: z.literal("empty") }),
    ])
    .meta({ id: "ErrorBody" }),
);

/** What is said of a delay that is neither of its two forms; what is wrong inside one of them, the form says. */
function describeDelay(issue: core.$ZodRawIssue): string | undefined {
  if (typeof issue.input !== "string") return undefined;
  return expecting("a number of milliseconds, or { min, max }", millisecondsMeant)(issue);
}

const delay = schemaOf<Delay>()((z) =>
  z
    .union(
      [
        durationMs(),
        z.strictObject({ min: durationMs(), max: durationMs() }).check(
          acrossFields<{ min: number; max: number }>(({ min, max }, report) => {
            if (min > max) report(["min"], expected(`a number of at most max (${max})`, min));
          }),
        ),
      ],
      { error: describeDelay },
    )
    .meta({ id: "Delay" }),
);

const shedAnswer = schemaOf<CapacityEffect["shed"]>()((z) =>
  z.strictObject({
    status: z.literal([429, 500, 502, 503, 504]),
    retryAfter: retryAfter(),
    body: body(),
    cors: cors(),
  }),
);

const effectSchema = schemaOf<FaultEffect>()((z) => {
  const kind = <const Kind extends FaultEffect["kind"]>(name: Kind) =>
    z.literal(name).meta({ description: `The client ${effectTraits[name].clientSees}.` });
  return z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: kind("throttle"),
        status: z.literal([429, 503]).optional(),
        retryAfter: retryAfter(),
        body: body(),
        cors: cors(),
      }),
      z.strictObject({
        kind: kind("server-error"),
        status: z.literal([500, 501, 502, 503, 504]),
        retryAfter: retryAfter().optional(),
        body: body(),
        cors: cors(),
      }),
      respondSchema(),
      z.strictObject({ kind: kind("updating"), status: z.literal([404, 410]), body: body() }),
      z
        .strictObject({
          kind: kind("capacity"),
          // The last times of so many requests are remembered.
          requests: wholeNumber(z, 1, 1_000_000),
          perMs: wholeNumber(z, 1, LONGEST_MS),
          collapsesTo: ratio(),
          regrowsPerMinute: ratio(),
          shed: shedAnswer(),
        })
        .check(acrossFields(checkCapacity))
        .meta({ id: "CapacityEffect" }),
      z.strictObject({ kind: kind("latency"), delay: delay() }),
      z.strictObject({ kind: kind("hang"), forMs: durationMs().optional() }),
      z.strictObject({
        kind: kind("slow-body"),
        chunkBytes: wholeNumber(z, 1),
        everyMs: durationMs(),
      }),
      z.strictObject({ kind: kind("stalled-body"), bytes: count(), forMs: durationMs() }),
      z.strictObject({ kind: kind("truncated-body"), bytes: count() }),
      z.strictObject({ kind: kind("cut-body"), bytes: count(), by: z.enum(["fin", "reset"]) }),
      z.strictObject({ kind: kind("refused") }),
      z.strictObject({ kind: kind("reset") }),
      z.strictObject({
        kind: kind("answer-lost"),
        by: z.enum(["reset", "hang"]),
        forMs: durationMs().optional(),
      }),
      z.strictObject({ kind: kind("dns-failure") }),
      z.strictObject({ kind: kind("offline") }),
      z.strictObject({ kind: kind("clock-shift"), byMs: shiftMs() }),
      z.strictObject({
        kind: kind("store-failure"),
        access: z.enum(["read", "write", "both"]).optional(),
      }),
      z.strictObject({ kind: kind("store-latency"), delay: delay() }),
      z.strictObject({ kind: kind("store-full") }),
      z.strictObject({ kind: kind("connect-timeout") }),
      z.strictObject({ kind: kind("tls-failure") }),
      z.strictObject({ kind: kind("wrong-content-type"), contentType: contentType(z) }),
      z.strictObject({ kind: kind("empty-success"), cors: cors() }),
      z.strictObject({ kind: kind("keys-withdrawn") }),
    ])
    .meta({ id: "FaultEffect" });
});

function checkCapacity({ requests, collapsesTo }: CapacityEffect, report: ReportProblem): void {
  if (collapsesTo === 0 || collapsesTo * requests >= 1) return;
  report(
    ["collapsesTo"],
    expected(`0, or a share of ${requests} requests that leaves at least one`, collapsesTo),
    "Write 0 for a service that then serves no request, or count over a longer perMs.",
  );
}

/** What a header may be called: a token of RFC 9110 section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers that say how the body is sent: the mount knows. */
const FRAMING = ["content-length", "transfer-encoding", "connection", "trailer", "upgrade"];

const respondSchema = schemaOf<RespondEffect>()((z) =>
  z
    .strictObject({
      kind: z
        .literal("respond")
        .meta({ description: `The client ${effectTraits.respond.clientSees}.` }),
      status: wholeNumber(z, 200, 599),
      headers: z.record(z.string(), headerValue(z)).optional(),
      retryAfter: retryAfter().optional(),
      body: body(),
      cors: cors(),
    })
    .check(acrossFields(checkRespond))
    .meta({ id: "RespondEffect" }),
);

function checkRespond(effect: RespondEffect, report: ReportProblem): void {
  const {
    status,
    headers = {},
    body: { form },
    retryAfter: after = { form: "absent" },
  } = effect;
  if (statusesWithoutBody.includes(status) && form !== "empty") {
    const message = expected(`"empty", as an answer of status ${status} has no body`, form);
    report(["body", "form"], message, 'Write body: { form: "empty" }.');
  }
  const seen = new Map<string, string>();
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    const path = ["headers", name];
    const earlier = seen.get(lower);
    seen.set(lower, name);
    if (earlier !== undefined) report(path, expected(`another header than "${earlier}"`, name));
    else if (!HEADER_NAME.test(name)) report(path, expected("the name of a header", name));
    else if (FRAMING.includes(lower)) {
      const hint = "Leave it out, or use cut-body, truncated-body or slow-body.";
      report(path, `cannot be set: the mount writes "${lower}" as the body is sent`, hint);
    } else if (lower === "retry-after" && after.form !== "absent") {
      report(path, "is given twice: `retryAfter` writes this header", "Leave one of them out.");
    }
  }
}

const windowSchema = schemaOf<FaultWindow>()((z) =>
  z
    .strictObject(
      {
        id: nonEmptyString(),
        at: z.enum(faultSites),
        on: z.union([z.literal("all"), z.array(z.enum(endpoints)).min(1)], {
          error: describeEndpoints,
        }),
        where: sliceSchema().optional(),
        from: durationMs(),
        for: durationMs(),
        chance: ratio().optional(),
        first: count().optional(),
        after: count().optional(),
        ramp: z.strictObject({ from: ratio(), to: ratio() }).optional(),
        preflights: z.enum(["pass", "take", "only"]).optional(),
        effect: effectSchema(),
      },
      { error: describeNesting },
    )
    .check(
      acrossFields(checkSite),
      acrossFields(checkDevice),
      acrossFields(checkPages),
      acrossFields(checkSlice),
    )
    .meta({ id: "FaultWindow" }),
);

/** Checks a whole plan. */
export const planSchema = schemaOf<FaultPlan>()((z) =>
  z
    .array(windowSchema(), { error: expecting("an array of fault windows") })
    .check(acrossFields(checkIds)),
);

/** `on: "token"` is written often. */
function describeEndpoints(issue: core.$ZodRawIssue): string | undefined {
  const isEndpoint = (endpoints as readonly unknown[]).includes(issue.input);
  if (!isEndpoint) return undefined;
  return expecting(
    '"all" or an array of endpoints',
    `Write [${JSON.stringify(issue.input)}].`,
  )(issue);
}

/** Some presets are several windows. */
function describeNesting(issue: core.$ZodRawIssue): string | undefined {
  if (!Array.isArray(issue.input)) return undefined;
  const hint = "Spread it: faults: [...primaryDown({ from, for })].";
  return expecting("a fault window", hint)(issue);
}

function checkIds(windows: FaultPlan, report: ReportProblem): void {
  const seen = new Map<string, number>();
  windows.forEach(({ id }, index) => {
    const earlier = seen.get(id);
    if (earlier === undefined) seen.set(id, index);
    else report([index, "id"], expected(`another id than that of faults[${earlier}]`, id));
  });
}
