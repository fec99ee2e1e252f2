/** The lines of a test that make the app that supertest asks: of Express, or by the container of NestJS. */
import type { DetectedApp } from "./detect.ts";
import type { FoundWebApp } from "./find-web-app.ts";
import { importing, loading } from "./source-text.ts";

/** The import of supertest, as `request`. */
export function supertest({ style }: Pick<DetectedApp, "style">): string {
  return style.modules === "esm"
    ? 'import request from "supertest";'
    : 'const request = require("supertest");';
}

/** Loads an Express app as `app`. */
export function expressOpening(app: DetectedApp, found: FoundWebApp): readonly string[] {
  return [
    loading(app, found, found.of === "factory" ? "createApp" : "app"),
    ...(found.of === "factory" ? ["const app = createApp();"] : []),
  ];
}

interface NestOpening {
  readonly imports: readonly string[];
  readonly stop: readonly string[];
  /** The first of them loads the root module. */
  readonly lines: readonly string[];
}

/** Makes `app`: the container alone, or the whole app with its routes, given what `main.ts` gives it. */
export function nestOpening(app: DetectedApp, of: "module" | "server"): NestOpening {
  const { nestModule, style, web } = app;
  if (nestModule === undefined) throw new TypeError("an app of NestJS needs a module");
  const isTyped = style.language === "ts";
  const type = of === "module" ? "TestingModule" : "INestApplication";
  const module = `Test.createTestingModule({ imports: [${nestModule.name}] }).compile()`;
  const setup = web?.app.of === "nest" ? web.app.setup : undefined;
  return {
    imports: [
      ...(isTyped && of === "server"
        ? [importing(app, ["type INestApplication"], "@nestjs/common")]
        : []),
      importing(
        app,
        ["Test", ...(isTyped && of === "module" ? ["type TestingModule"] : [])],
        "@nestjs/testing",
      ),
    ],
    stop: [`let app${isTyped ? `: ${type} | undefined` : ""};`, "afterEach(() => app?.close());"],
    lines: [
      loading(app, nestModule, nestModule.name),
      ...(setup === undefined ? [] : [loading(app, setup, "configure")]),
      of === "module"
        ? `app = await ${module};`
        : `app = (await ${module}).createNestApplication();`,
      ...(setup === undefined ? [] : ["configure(app);"]),
      "await app.init();",
    ],
  };
}
