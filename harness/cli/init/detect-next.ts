/** Puts together what the tests of a Next.js app with Auth.js need to know. */
import { variableRead } from "./evaluate.ts";
import { isSecretName } from "./environment.ts";
import type { FoundClient } from "./found-client.ts";
import { type SourceModule, visitNodes } from "./source-module.ts";

/** A Next.js app that the tests build and start. */
export interface DetectedNext {
  /** Where the tests serve it. */
  readonly origin: string;
  /** Where Auth.js takes Entra's answer: `/api/auth/callback/microsoft-entra-id`. */
  readonly callbackPath: string;
  /** What Auth.js needs apart from its provider, and secrets of sessions. */
  readonly environment: Readonly<Record<string, string>>;
}

const ORIGIN = "http://localhost:3000";
const SECRET = "fixture-session-secret-which-is-long-enough";

/** Reads it off the client; the address is that of Next's own default. */
export function detectNext(
  { callbackPath = "/api/auth/callback/microsoft-entra-id" }: FoundClient,
  modules: ReadonlyMap<string, SourceModule>,
): DetectedNext {
  // By their names in version 5 and in version 4.
  const environment: Record<string, string> = {
    AUTH_SECRET: SECRET,
    AUTH_TRUST_HOST: "true",
    AUTH_URL: ORIGIN,
    NEXTAUTH_SECRET: SECRET,
    NEXTAUTH_URL: ORIGIN,
  };
  for (const module of modules.values())
    visitNodes(module.program, (node) => {
      const name = variableRead(node);
      if (name !== undefined && /auth|session/i.test(name) && /secret$/i.test(name))
        if (isSecretName(name) && !/client|entra|azure|_ad_/i.test(name))
          environment[name] = SECRET;
    });
  return { origin: ORIGIN, callbackPath, environment };
}
