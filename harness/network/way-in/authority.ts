/**
 * Whose certificates the way in shows: those of the package, whose keys everyone has, or of an
 * authority that a project has made for itself and that its machines may trust for longer.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import tls, { type SecureContext } from "node:tls";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { authorityFile, serverOptions } from "../https-server.ts";
import { createAuthority, leafAuthorityOf } from "../leaf-certificate.ts";

export interface Authority {
  /** The file of the certificate that programs must trust. */
  readonly file: string;
  /** What the server of a host shows. */
  readonly contextFor: (host: string) => SecureContext;
}

/** Where a project has its authority, below its folder. */
export const AUTHORITY_FOLDER = ".brownout";

const CERTIFICATE = "ca.cert.pem";
const KEY = "ca.key.pem";
const NAME = "Brownout authority of one project";

/** The authority of the package. */
export function packagedAuthority(): Authority {
  const context = tls.createSecureContext(serverOptions());
  return { file: authorityFile(), contextFor: () => context };
}

/** The authority in a folder; undefined where there is none. Throws `bad-usage` for one that cannot be used. */
export function projectAuthority(folder: string): Authority | undefined {
  const file = join(folder, CERTIFICATE);
  if (!existsSync(file)) return undefined;
  const contexts = new Map<string, SecureContext>();
  try {
    const pair = { cert: readFileSync(file, "utf8"), key: readFileSync(join(folder, KEY), "utf8") };
    const authority = leafAuthorityOf(pair);
    return {
      file,
      contextFor(host) {
        const known = contexts.get(host) ?? tls.createSecureContext(authority.leafFor(host));
        contexts.set(host, known);
        return known;
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError("bad-usage", `it cannot be used: ${reason}`, {
      place: folder,
      hint: "Remove the folder, and make a new authority: brownout ca init.",
      cause: error,
    });
  }
}

/** Makes an authority in a folder, with a key for this user alone; returns the file of its certificate. Throws `bad-usage` where there is one, `unwritable`. */
export function initAuthority(folder: string): string {
  const file = join(folder, CERTIFICATE);
  if (existsSync(file)) {
    throw new HarnessError("bad-usage", "there is an authority already", {
      place: file,
      hint: "Remove it first, also from where it is trusted.",
    });
  }
  const { cert, key } = createAuthority(NAME);
  try {
    makeFolder(folder);
    // No repository should have the key.
    writeFileSync(join(folder, ".gitignore"), "*\n");
    writeFileSync(join(folder, KEY), key, { mode: 0o600 });
    writeFileSync(file, cert);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError("unwritable", `it cannot be written: ${reason}`, {
      place: folder,
      cause: error,
    });
  }
  return file;
}
