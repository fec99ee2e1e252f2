/** What becomes of a finished session beside its reports: it goes into the archive, and its news is told. */
import type { Results } from "../reporting/model/results.ts";
import { archiveFolder, archiveSession } from "./archiving.ts";
import type { Io } from "./io.ts";
import { removeNews, tellNews, webhookOf } from "./telling.ts";

/** Where to, read from the arguments. */
export interface Keeping {
  /** Absolute; absent when nothing is kept. */
  readonly folder?: string;
  readonly webhook?: URL;
  readonly label?: string;
}

/** Throws `bad-usage` for a webhook that is no address. */
export function readKeeping(
  values: { readonly archive?: string; readonly webhook?: string; readonly label?: string },
  io: Io,
): Keeping {
  const folder = archiveFolder(values.archive, io.cwd);
  const webhook = webhookOf(values.webhook, io);
  const label =
    values.label ?? io.environment["GITHUB_SHA"] ?? io.environment["BUILD_SOURCEVERSION"];
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(label === undefined || label === "" ? {} : { label }),
  };
}

/** Keeps a session and tells its news; resolves to what there is to say, and never rejects for the archive. */
export async function keepSession(
  results: Results,
  { keeping, out, io }: { readonly keeping: Keeping; readonly out: string; readonly io: Io },
): Promise<readonly string[]> {
  const { folder, webhook, label } = keeping;
  if (folder === undefined) {
    removeNews(out);
    return [];
  }
  const named = label === undefined ? {} : { label };
  const archived = archiveSession(results, { folder, io, ...named });
  const telling = webhook === undefined ? {} : { webhook };
  return [...archived.lines, ...(await tellNews(archived, { out, ...telling, ...named }))];
}
