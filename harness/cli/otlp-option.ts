/** `--otlp`: where traces are sent, as OpenTelemetry's own variables say it. */
import { HarnessError } from "../core/errors.ts";
import type { OtlpReceiver } from "../serve/traces/otlp.ts";

const HEADERS = "OTEL_EXPORTER_OTLP_HEADERS";

/** The receiver of an address, to which `/v1/traces` is added unless it is there; headers are in the variable of OpenTelemetry. Throws `bad-usage`. */
export function readReceiver(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): OtlpReceiver {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new HarnessError("bad-usage", `expected an address, got "${text}"`, {
      place: "--otlp",
      hint: "Write --otlp http://127.0.0.1:4318",
    });
  }
  if (!url.pathname.endsWith("/v1/traces"))
    url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/traces`;
  return { url: url.href, headers: readHeaders(environment[HEADERS] ?? "") };
}

/** `name=value,name=value`, each percent-encoded. Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
function readHeaders(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      try {
        if (name !== "") return [decodeURIComponent(name), decodeURIComponent(value)];
      } catch {
        // The same message.
      }
      throw new HarnessError("bad-usage", "expected name=value, with commas between", {
        place: HEADERS,
        hint: "Write OTEL_EXPORTER_OTLP_HEADERS=api-key=secret",
      });
    }),
  );
}
