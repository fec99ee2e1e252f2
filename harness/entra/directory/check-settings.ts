/** Checks the settings of a service before a run: a word that is none of the known ones would be taken for another. */
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { refusingThere } from "../../core/shape.ts";
import { checkMachineSettings } from "./check-machines.ts";
import { editionIds } from "./edition-ids.ts";
import { checkSettingNames } from "./world-shape.ts";
import type { ServiceSettings, World } from "./world.ts";

type Word = string | number;

/** The words that each setting knows, of those that know nothing else. */
const words: Readonly<Partial<Record<keyof ServiceSettings, readonly Word[]>>> = {
  errorSeparator: ["crlf", "space"],
  revokedGrantSuberror: ["bad_token", "none"],
  regionalTokenEndpoints: ["first-party", "everyone"],
  samlIssuerHost: ["sts.windows.net", "login.microsoftonline.com"],
  samlRepeatedRequests: ["answer", "refuse"],
  backup: ["off", ...editionIds],
  backupSignInFrequency: ["extend", "block"],
  backupAuthenticationStrengths: ["ignore", "block"],
  backup21Vianet: ["table", "text"],
  backupDeclineStatus: [503, 400],
  backupDirectStatus: [400, 503],
  backupManagedIdentities: ["any", "seen"],
  signInPage: ["form", "automatic"],
  retryAfterExposed: ["yes", "no"],
  sessionInFrames: ["visible", "blocked"],
  loginOpenerPolicy: ["absent", "same-origin"],
} satisfies { readonly [Name in keyof ServiceSettings]?: readonly ServiceSettings[Name][] };

/** Throws `bad-world` with the name of the wrong setting; `tenants` are those of the world that they are for. */
export function checkSettings(settings: ServiceSettings, tenants: World["tenants"]): void {
  refusingThere("bad-world", () => checkSettingNames(settings, "settings"));
  for (const [name, known] of Object.entries(words)) {
    const value = settings[name as keyof ServiceSettings] as Word;
    if (known.includes(value)) continue;
    const names = known.map(String);
    throw new HarnessError("bad-world", `"${String(value)}" is none of ${names.join(", ")}`, {
      place: `settings.${name}`,
      hint: suggestNames(String(value), names, `Write one of ${names.join(", ")}.`),
    });
  }
  checkMachineSettings(settings);
  checkSignInAs(settings, tenants);
  const { backupRevocationDelaySeconds } = settings;
  if (backupRevocationDelaySeconds >= 0 && backupRevocationDelaySeconds <= 900) return;
  throw new HarnessError("bad-world", "a revocation takes 0 to 900 seconds", {
    place: "settings.backupRevocationDelaySeconds",
  });
}

function checkSignInAs({ signInAs, signInPage }: ServiceSettings, tenants: World["tenants"]): void {
  if (signInAs === "") return;
  const place = "settings.signInAs";
  if (signInPage === "form") {
    throw new HarnessError("bad-world", `"${signInAs}" would never be used: the page is a form`, {
      place,
      hint: 'Add signInPage: "automatic".',
    });
  }
  const names = tenants.flatMap(({ users }) => users.map(({ upn }) => upn));
  if (names.some((upn) => upn.toLowerCase() === String(signInAs).toLowerCase())) return;
  throw new HarnessError("bad-world", `nobody in the world is called "${String(signInAs)}"`, {
    place,
    hint: suggestNames(String(signInAs), names, "Write the UPN of a user of the world."),
  });
}
