/**
 * The public surface of `brownout`: what a scenario, a client adapter or a rule of one's own
 * is written against, and the steps of a run for those who drive it from a program. Named
 * exports only; whatever is not here may change without notice.
 */

// A scenario: an outage and a script.
export { defineScenario } from "./scenario.ts";
export type {
  ApiAnswer,
  Application,
  OpenApplication,
  Scenario,
  ScriptContext,
  Story,
} from "./scenario.ts";
export type { WorldControls } from "./directory/world-controls.ts";
export { days, formatDuration, hours, minutes, seconds } from "./clock/duration.ts";

// How an application calls its client.
export { backOff, poll, retryAtOnce } from "./client/behaviour.ts";

// What is broken, where, when, how often.
export { checkFaultPlan } from "./fault/validate.ts";
export {
  discoveryDown,
  hang,
  identityEndpointThrottled,
  identityEndpointUpdating,
  keysWithdrawn,
  nameLookupDown,
  outage,
  overloadedOnReturn,
  partialOutage,
  throttled,
  primaryDown,
  tokenServerError,
  trafficRampedUp,
  unreachable,
} from "./fault/presets.ts";
export type { WindowOptions } from "./fault/presets.ts";
export { faultSites } from "./fault/plan.ts";
export type {
  CapacityEffect,
  Delay,
  CorsHeaders,
  ErrorBody,
  FaultEffect,
  FaultEffectKind,
  FaultPlan,
  FaultSite,
  FaultSlice,
  FaultWindow,
  RetryAfter,
} from "./fault/plan.ts";

// A client under test.
export type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "./client/client.ts";
export { flows } from "./history/event.ts";
export type { Flow } from "./history/event.ts";

// The world that a scenario plays in.
export { createWorld } from "./directory/create-world.ts";
export type {
  AppSketch,
  ResourceSketch,
  UserSketch,
  WorldSketch,
} from "./directory/world-sketch.ts";
export { contoso } from "../fixtures/worlds/contoso.ts";
export { defaultServiceSettings } from "./directory/settings.ts";
export type {
  AppRegistration,
  ClientSecret,
  ConditionalAccessPolicy,
  Device,
  Machine,
  MachineSource,
  ManagedIdentity,
  ProtectedResource,
  SamlRegistration,
  ServiceSettings,
  Tenant,
  User,
  World,
} from "./directory/world.ts";

// What happened, and what it means.
export type {
  ClientRestarted,
  EventBase,
  ExchangeBegan,
  ExchangeEnd,
  ExchangeEnded,
  FaultBegan,
  FaultEnded,
  FaultsCleared,
  History,
  HistoryEvent,
  IssuedFacts,
  JournalHeader,
  Noted,
  OperationCompleted,
  OperationInvoked,
  PromptShown,
  TokenFacts,
  TokenPresented,
  WireError,
} from "./history/event.ts";
export type { FlowRow, RuleLimits } from "./history/header.ts";
export type { WorldChanged } from "./history/world-changed.ts";
export type { Judgement, Rule, Verdict } from "./check/rule.ts";
export { judgeHistory, ruleById, rules, verdictOf } from "./check/rules.ts";
export type { Finding } from "./check/rules.ts";
export { parseJournal, writeJournal } from "./history/journal.ts";
export { fromHar, toHar } from "./history/har.ts";

// A run from a program: one process runs one scenario at a time.
export { runScenario } from "./run.ts";
export type { RunOptions, RunOutcome } from "./run.ts";
export { listScenarios, loadClient, loadScenario } from "./library.ts";

// The simulator by itself, for those who mount it themselves.
export { createDirectory } from "./directory/directory.ts";
export type { Directory } from "./directory/directory.ts";
export { createEsts } from "./ests/ests.ts";
export type { EstsOptions } from "./ests/ests.ts";
export { createFaultLayer } from "./fault/layer.ts";
export type { FaultLayerOptions } from "./fault/layer.ts";

// The ground that all of it stands on.
export { HarnessError } from "./errors.ts";
export type { HarnessErrorCode } from "./errors.ts";
export { createRandom } from "./random.ts";
export type { Random } from "./random.ts";
export type { Clock } from "./clock/clock.ts";
export { endpoints } from "./http/endpoint.ts";
export type { Endpoint, EntraRequest } from "./http/endpoint.ts";
export type { Handler, Layer } from "./http/handler.ts";
export { NetworkFault } from "./http/network-fault.ts";
export type { NetworkFaultCode } from "./http/network-fault.ts";
export type { Service } from "./http/service.ts";
export { mountNames } from "./mount/mount-names.ts";
export type { MountName } from "./mount/mount-names.ts";
