/** Fields that entries of the baseline and of the quarantine share: who looks after one, until when, and where. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { expecting, type Z } from "../../core/validation.ts";

/** The fields, each optional. */
export function careFields(z: Z) {
  return {
    owner: nonEmptyString().optional().describe("Who looks after it, such as a team."),
    due: z.iso
      .date({ error: expecting("a date such as 2027-01-31") })
      .optional()
      .describe("The last day on which it is accepted without a reminder, such as 2027-01-31."),
    link: z
      .url({ protocol: /^https?$/, error: expecting("an address that begins with https://") })
      .optional()
      .describe("Where it is followed up, such as an issue."),
  };
}

/** The names of the fields, in the order in which they are written. */
export const careFieldNames = ["owner", "due", "link"] as const;
