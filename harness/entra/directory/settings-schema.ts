/** The schema of the service's settings: complete in a world, partial where they override a world's. */
import { ratio, wholeNumber } from "../../core/common-schemas.ts";
import { suggestNames } from "../../core/errors.ts";
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
  const amount = z.number({ error: expecting("a number from 0 on", hintWhenMissing) }).min(0);
  const anyString = z.string({ error: expecting("a string", hintWhenMissing) });
  return {
    accessTokenLifetimeSeconds: z.union([amount, rangeOf(z)]),
    appTokenLifetimeSeconds: amount,
    caeTokenLifetimeSeconds: amount,
    extendedLifetimeSeconds: z.union([z.literal("same"), amount]),
    refreshIn: z.union([
      z.literal("never"),
      z.strictObject({
        fromSeconds: amount,
        share: ratio(),
        tokens: z.enum(["user", "user-and-app"]),
      }),
    ]),
    refreshTokenInactiveDays: amount,
    spaRefreshTokenHours: amount,
    sessionHours: amount,
    authCodeMinutes: amount,
    regionalTokenEndpoints: choice(z, ["first-party", "everyone"]),
    deviceCodeSeconds: amount,
    samlBackdatedMinutes: amount,
    samlIssuerHost: choice(z, ["sts.windows.net", "login.microsoftonline.com"]),
    samlLifetimeMinutes: amount,
    samlConfirmationMinutes: amount,
    samlRequestAgeMinutesMax: z.union([z.literal("any"), amount]),
    samlRepeatedRequests: choice(z, ["answer", "refuse"]),
    errorSeparator: choice(z, ["crlf", "space"]),
    revokedGrantSuberror: choice(z, ["bad_token", "none"]),
    loopDetection: z.union([
      z.literal("off"),
      z.strictObject({ requests: wholeNumber(z, 1), withinSeconds: amount }),
    ]),
    backup: choice(z, ["off", ...editionIds]),
    backupSignInFrequency: choice(z, ["extend", "block"]),
    backupAuthenticationStrengths: choice(z, ["ignore", "block"]),
    backup21Vianet: choice(z, ["table", "text"]),
    backupTokenSeconds: amount,
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
    retryAfterExposed: choice(z, ["yes", "no"]),
    sessionInFrames: choice(z, ["visible", "blocked"]),
    loginOpenerPolicy: choice(z, ["absent", "same-origin"]),
  };
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
