/** The schema of the service's settings: complete in a world, partial where they override a world's. */
import { ratio, wholeNumber } from "../../core/common-schemas.ts";
import { suggestNames } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/parse-duration.ts";
import {
  acrossFields,
  expected,
  expecting,
  parseWith,
  type ReportProblem,
  schema,
  schemaOf,
  type Z,
} from "../../core/validation.ts";
import { editionIds } from "./edition-ids.ts";
import type { ServiceSettings } from "./service-settings.ts";
import type { World } from "./world.ts";

const BEGIN = "Begin with the defaults: settings: { ...defaultServiceSettings }, from brownout.";

/** All settings; what each means is in `service-settings.ts`. */
export const settingsSchema = schemaOf<ServiceSettings>()((z) =>
  z.strictObject(fieldsOf(z), { error: expecting("an object", hintWhenMissing) }).meta({
    id: "ServiceSettings",
  }),
);

/** Some of the settings: those that differ from the world's. */
export const someSettingsSchema = schema((z) =>
  z.strictObject(fieldsOf(z)).partial().meta({ id: "PartialServiceSettings" }),
);

/** Throws `bad-world` with the path of each wrong setting; `tenants` are those of the world that the settings are for. */
export function checkSettings(settings: ServiceSettings, tenants: World["tenants"]): void {
  const forTheseTenants = schema(() =>
    settingsSchema().check(
      acrossFields<ServiceSettings>((all, report) => checkSignInAs(all, tenants, report)),
    ),
  );
  parseWith(forTheseTenants, settings, { what: "settings", code: "bad-world" });
}

function fieldsOf(z: Z) {
  const amounts = {
    seconds: amountIn(z, "seconds"),
    minutes: amountIn(z, "minutes"),
    hours: amountIn(z, "hours"),
    days: amountIn(z, "days"),
  } as const;
  const anyString = z.string({ error: expecting("a string", hintWhenMissing) });
  return {
    accessTokenLifetimeSeconds: z.union([amounts.seconds, rangeOf(z)], {
      error: expecting("a number or an object", hintFor("{ min: 3_600, max: 5_400 }", "seconds")),
    }),
    appTokenLifetimeSeconds: amounts.seconds,
    caeTokenLifetimeSeconds: amounts.seconds,
    extendedLifetimeSeconds: z.union([z.literal("same"), amounts.seconds], {
      error: expecting('"same" or a number', hintFor('"same"', "seconds")),
    }),
    refreshIn: refreshInOf(z),
    grantedScopes: choice(z, ["consented", "asked"]),
    refreshTokenInactiveDays: amounts.days,
    spaRefreshTokenHours: amounts.hours,
    sessionHours: amounts.hours,
    persistentSessionDays: amounts.days,
    authCodeMinutes: amounts.minutes,
    regionalTokenEndpoints: choice(z, ["first-party", "everyone"]),
    deviceCodeSeconds: amounts.seconds,
    samlBackdatedMinutes: amounts.minutes,
    samlIssuerHost: choice(z, ["sts.windows.net", "login.microsoftonline.com"]),
    samlLifetimeMinutes: amounts.minutes,
    samlConfirmationMinutes: amounts.minutes,
    samlRequestAgeMinutesMax: z.union([z.literal("any"), amounts.minutes], {
      error: expecting('"any" or a number', hintFor('"any"', "minutes")),
    }),
    samlRepeatedRequests: choice(z, ["answer", "refuse"]),
    samlLogoutByPost: choice(z, ["answer", "refuse"]),
    errorSeparator: choice(z, ["crlf", "space"]),
    revokedGrantSuberror: choice(z, ["bad_token", "none"]),
    loopDetection: loopDetectionOf(z),
    backup: choice(z, ["off", ...editionIds]),
    backupSignInFrequency: choice(z, ["extend", "block"]),
    backupAuthenticationStrengths: choice(z, ["ignore", "block"]),
    backup21Vianet: choice(z, ["table", "text"]),
    backupTokenSeconds: amounts.seconds,
    backupDeclineStatus: choice(z, [503, 400]),
    backupRevocationDelaySeconds: z
      .number({ error: expecting("a number from 0 to 900", hintWhenMissing) })
      .min(0)
      .max(900),
    backupHost: anyString,
    backupDirectStatus: choice(z, [400, 503]),
    backupServerSequence: anyString,
    managedIdentityTokenSeconds: wholeNumber(z, 1),
    managedIdentityCacheSeconds: wholeNumber(z, 0),
    imdsRequestsPerSecondMax: wholeNumber(z, 0),
    imdsConcurrentRequestsMax: wholeNumber(z, 0),
    imdsAnswerMs: wholeNumber(z, 0),
    backupManagedIdentities: choice(z, ["any", "seen"]),
    signInPage: choice(z, ["form", "automatic"]),
    signInAs: anyString,
    staySignedIn: choice(z, ["yes", "no"]),
    staySignedInPage: choice(z, ["shown", "hidden"]),
    signInState: choice(z, ["asked", "always"]),
    keySet: choice(z, ["signing-first", "recorded"]),
    backupBrowserCookie: choice(z, ["session", "CCState"]),
    backupGatewayCookie: anyString,
    conditionalAccess: choice(z, ["not-enforced", "enforced"]),
    secondFactorPage: choice(z, ["shown", "automatic"]),
    policyRefusals: choice(z, ["by-version", "invalid_grant", "interaction_required"]),
    signInFrequencyError: choice(z, ["invalid_grant", "interaction_required"]),
    retryAfterExposed: choice(z, ["yes", "no"]),
    sessionInFrames: choice(z, ["visible", "blocked"]),
    loginOpenerPolicy: choice(z, ["absent", "same-origin"]),
  };
}

const unitMs = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

type Unit = keyof typeof unitMs;

function amountIn(z: Z, unit: Unit) {
  const hint = (found: unknown): string | undefined =>
    hintWhenMissing(found) ?? numberMeant(found, unit);
  return z.number({ error: expecting("a number from 0 on", hint) }).min(0);
}

/** `Write 3600, in seconds.` for "1h"; undefined for anything but a duration as text. */
function numberMeant(found: unknown, unit: Unit): string | undefined {
  const ms = typeof found === "string" ? durationIn(found) : undefined;
  return ms === undefined ? undefined : `Write ${ms / unitMs[unit]}, in ${unit}.`;
}

/** Where a number is one of two forms. */
function hintFor(otherForm: string, unit: Unit): (found: unknown) => string | undefined {
  return (found) =>
    hintWhenMissing(found) ??
    numberMeant(found, unit) ??
    `Write a number of ${unit}, or ${otherForm}.`;
}

/** The milliseconds in a text such as "1h"; undefined when it is no duration. */
function durationIn(text: string): number | undefined {
  try {
    return parseDuration(text, "");
  } catch {
    return undefined;
  }
}

function refreshInOf(z: Z) {
  const amount = amountIn(z, "seconds");
  return z.union(
    [
      z.literal("never"),
      z.strictObject({
        fromSeconds: amount,
        share: ratio(),
        tokens: z.enum(["app", "user", "user-and-app"]),
      }),
    ],
    {
      error: expecting(
        '"never" or an object',
        'Write "never", or { fromSeconds: 7_200, share: 0.5, tokens: "app" }.',
      ),
    },
  );
}

function loopDetectionOf(z: Z) {
  const amount = amountIn(z, "seconds");
  return z.union(
    [z.literal("off"), z.strictObject({ requests: wholeNumber(z, 1), withinSeconds: amount })],
    {
      error: expecting(
        '"off" or an object',
        'Write "off", or { requests: 15, withinSeconds: 300 }, which is what is documented.',
      ),
    },
  );
}

function rangeOf(z: Z) {
  const amount = z.number().min(0);
  return z.strictObject({ min: amount, max: amount }).check(
    acrossFields<{ readonly min: number; readonly max: number }>(({ min, max }, report) => {
      if (min > max) report(["min"], expected(`a number of at most max (${max})`, min));
    }),
  );
}

function choice<const Value extends string | number>(z: Z, values: readonly Value[]) {
  const shown = values.map((value) => JSON.stringify(value)).join(", ");
  const hint = (found: unknown): string | undefined =>
    hintWhenMissing(found) ??
    // The message has the list already.
    (suggestNames(
      typeof found === "string" || typeof found === "number" ? `${found}` : "",
      values.map(String),
      "",
    ) ||
      undefined);
  return z.literal(values, { error: expecting(`one of ${shown}`, hint) });
}

function hintWhenMissing(value: unknown): string | undefined {
  return value === undefined ? BEGIN : undefined;
}

function checkSignInAs(
  { signInAs, signInPage }: ServiceSettings,
  tenants: World["tenants"],
  report: ReportProblem,
): void {
  if (signInAs === "") return;
  if (signInPage === "form") {
    const message = `"${signInAs}" would never sign in: the page is a form`;
    report(["signInAs"], message, 'Add signInPage: "automatic".');
    return;
  }
  const upns = tenants.flatMap(({ users }) => users.map(({ upn }) => upn));
  if (upns.some((upn) => upn.toLowerCase() === signInAs.toLowerCase())) return;
  report(
    ["signInAs"],
    expected("the UPN of a user of the world", signInAs),
    suggestNames(signInAs, upns, `There are ${upns.slice(0, 12).join(", ")}.`),
  );
}
