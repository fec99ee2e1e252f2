/**
 * Every AADSTS code that the simulator answers with, in one table: HTTP status, OAuth error,
 * suberror, text and how these are known. Microsoft's own list has names and meanings only:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
import { appCodes } from "./app-codes.ts";
import type { AadstsRow } from "./code-row.ts";
import { policyCodes } from "./policy-codes.ts";
import { samlCodes } from "./saml-codes.ts";
import { serviceCodes, unknownServiceRow } from "./service-codes.ts";
import { userCodes } from "./user-codes.ts";

const table: Readonly<Record<number, AadstsRow>> = {
  ...userCodes,
  ...policyCodes,
  ...appCodes,
  ...samlCodes,
  ...serviceCodes,
};

/** A code of the table. */
export type AadstsCode =
  | keyof typeof userCodes
  | keyof typeof policyCodes
  | keyof typeof appCodes
  | keyof typeof samlCodes
  | keyof typeof serviceCodes;

/** The row of a code. */
export function aadstsRow(code: AadstsCode): AadstsRow {
  return aadstsRowOrDefault(code, 500);
}

/** Whether the table has a number. */
export function isKnownCode(code: number): boolean {
  return Object.hasOwn(table, code);
}

/** The row of any number, as a fault plan may name one; of an unknown code it follows from the HTTP status. */
export function aadstsRowOrDefault(code: number, status: number): AadstsRow {
  return table[code] ?? unknownServiceRow(status);
}
