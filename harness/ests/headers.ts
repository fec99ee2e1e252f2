/** Header sets of ESTS in captured order and case (`shared/facts/entra.md` A.8). */
import type { HeaderPair } from "../http/message.ts";

export interface HeaderParts {
  readonly kind: "discovery" | "token" | "page" | "missing";
  readonly requestId: string;
  /** Absent without a body. */
  readonly contentType?: string;
  readonly contentLength: number;
  /** The request carried an Origin. */
  readonly crossOrigin: boolean;
  /** Value of x-ms-clitelem, on token replies. */
  readonly clitelem?: string;
}

const ESTS_SERVER = "2.1.20899.4 - NEULR1 ProdSlices";

/** The answer to a preflight: whatever the page wants to send may be sent (A.8: not captured). */
export function preflightHeaders(request: Request): HeaderPair[] {
  const asked = request.headers.get("access-control-request-headers");
  return [
    ["Access-Control-Allow-Origin", "*"],
    ["Access-Control-Allow-Methods", "POST, OPTIONS"],
    ...(asked === null ? [] : [["Access-Control-Allow-Headers", asked] as const]),
    ["Access-Control-Max-Age", "86400"],
    ["Content-Length", "0"],
  ];
}

export function estsHeaders(parts: HeaderParts): HeaderPair[] {
  const isToken = parts.kind === "token";
  const headers: HeaderPair[] =
    parts.kind === "discovery"
      ? [["Cache-Control", "max-age=86400, private"]]
      : parts.kind === "missing"
        ? [["Cache-Control", "private"]]
        : [
            ["Cache-Control", "no-store, no-cache"],
            ["Pragma", "no-cache"],
            ["Expires", "-1"],
          ];
  if (parts.contentType !== undefined) headers.push(["Content-Type", parts.contentType]);
  headers.push(
    ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"],
    ["X-Content-Type-Options", "nosniff"],
  );
  if (parts.kind === "discovery") {
    headers.push(
      ["Access-Control-Allow-Origin", "*"],
      ["Access-Control-Allow-Methods", "GET, OPTIONS"],
    );
  } else if (isToken && parts.crossOrigin) {
    headers.push(
      ["Access-Control-Allow-Origin", "*"],
      ["Access-Control-Allow-Methods", "POST, OPTIONS"],
      ["Access-Control-Expose-Headers", "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs"],
    );
  }
  headers.push(
    ["P3P", 'CP="DSP CUR OTPi IND OTRi ONL FIN"'],
    ["x-ms-request-id", parts.requestId],
    ["x-ms-ests-server", ESTS_SERVER],
  );
  if (parts.clitelem !== undefined) headers.push(["x-ms-clitelem", parts.clitelem]);
  headers.push(["x-ms-srs", "1.P"]);
  if (isToken && parts.crossOrigin)
    headers.push(["Referrer-Policy", "strict-origin-when-cross-origin"]);
  headers.push(
    ["X-XSS-Protection", "0"],
    ["Set-Cookie", `fpc=${parts.requestId}; path=/; secure; HttpOnly; SameSite=None`],
    ...(parts.kind === "discovery"
      ? [
          [
            "Set-Cookie",
            `esctx=${parts.requestId}; domain=.login.microsoftonline.com; path=/; secure; HttpOnly; SameSite=None`,
          ] as const,
        ]
      : []),
    ["Set-Cookie", "x-ms-gateway-slice=estsfd; path=/; secure; HttpOnly"],
    ["Set-Cookie", "stsservicecookie=estsfd; path=/; secure; HttpOnly"],
    ["Content-Length", String(parts.contentLength)],
  );
  return headers;
}
