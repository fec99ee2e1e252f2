import { expect, it } from "vitest";
import { readReceiver } from "./otlp-option.ts";

it.each([
  ["http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"],
  ["https://collector.example/otlp/", "https://collector.example/otlp/v1/traces"],
  ["http://127.0.0.1:4318/v1/traces", "http://127.0.0.1:4318/v1/traces"],
])("%s is %s", (given, url) => {
  expect(readReceiver(given, {})).toEqual({ url, headers: {} });
});

it("headers are in OpenTelemetry's own variable", () => {
  const OTEL_EXPORTER_OTLP_HEADERS = "api-key=a%20b, x-tenant = one=1 ,";
  expect(readReceiver("http://a", { OTEL_EXPORTER_OTLP_HEADERS }).headers).toEqual({
    "api-key": "a b",
    "x-tenant": "one=1",
  });
});

it.each(["api-key", "=x", "a=%zz"])("headers as %j are refused", (OTEL_EXPORTER_OTLP_HEADERS) => {
  expect(() => readReceiver("http://a", { OTEL_EXPORTER_OTLP_HEADERS })).toThrow(
    "expected name=value",
  );
});
