/** What a session and its loader process say to each other; both ends are plain data. */
import { schema } from "../../core/validation.ts";
import { failureSchema, type RunFailure } from "./protocol.ts";

/** Which files to load, absolute, in order. */
export interface FilesMessage {
  /** An answer repeats it. */
  readonly secret: string;
  readonly files: readonly string[];
}

/** What the loader says of them, one after the other; it stops at the first that fails. */
export interface LoaderMessage {
  readonly secret: string;
  readonly said:
    | { readonly kind: "loading"; readonly file: string }
    /** As `writeSummary` writes it. */
    | { readonly kind: "loaded"; readonly scenario: object }
    | { readonly kind: "failed"; readonly error: RunFailure }
    | { readonly kind: "finished" };
}

/** The form of what a loader says. */
export const loaderMessageSchema = schema((z) =>
  z.strictObject({
    secret: z.string(),
    said: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("loading"), file: z.string() }),
      z.strictObject({ kind: z.literal("loaded"), scenario: z.looseObject({}) }),
      z.strictObject({ kind: z.literal("failed"), error: failureSchema() }),
      z.strictObject({ kind: z.literal("finished") }),
    ]),
  }),
);
