/**
 * The public surface of `brownout`: what a scenario, a client adapter or a rule of one's own
 * is written against, and the steps of a run for those who drive it from a program. Named
 * exports only; what is not here may change without notice.
 */

// Scenarios.
export { defineScenario } from "./runner/scenario.ts";
export type { ApiAnswer, Application } from "./clients/application.ts";
export type { Alternatives } from "./entra/directory/unverified-settings.ts";
export type { ValuedGuess } from "./runner/guesses.ts";
export type { Guess, OpenApplication, Scenario, ScriptContext, Story } from "./runner/scenario.ts";
export type { OperateOptions } from "./runner/simulation/call-result.ts";
export type { WorldControls } from "./entra/directory/world-controls.ts";
export { days, formatDuration, hours, minutes, seconds } from "./core/time/duration.ts";

// Behaviour of applications.
export { backOff, poll, retryAtOnce } from "./clients/calling-patterns.ts";

// Faults.
export { checkFaultPlan } from "./faults/validate.ts";
export {
  answerLost,
  customAnswer,
  discoveryDown,
  hang,
  identityEndpointDown,
  identityEndpointThrottled,
  identityEndpointUpdating,
  keysWithdrawn,
  nameLookupDown,
  outage,
  overloadedOnReturn,
  partialOutage,
  primaryDown,
  throttled,
  tokenServerError,
  trafficRampedUp,
  unreachable,
} from "./faults/presets.ts";
export {
  cacheStoreDown,
  cacheStoreFull,
  cacheStoreSlow,
  clockWrong,
  offline,
} from "./faults/device-presets.ts";
export { keyReplicasDisagree, secondFactorDown } from "./faults/sign-in-presets.ts";
export type { WindowOptions } from "./faults/preset-options.ts";
export { faultSites } from "./faults/plan.ts";
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
  RespondEffect,
  RetryAfter,
} from "./faults/plan.ts";

// Clients under test.
export { defineClient } from "./clients/client-definition.ts";
export type { ClientDefinition } from "./clients/client-definition.ts";
export type {
  CacheStore,
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "./clients/client.ts";
export { flows } from "./history/event.ts";
export type { Flow } from "./history/event.ts";

// Worlds.
export { clientCertificate } from "./entra/directory/client-certificate.ts";
export type { ClientCertificate } from "./entra/directory/client-certificate.ts";
export { createWorld } from "./entra/directory/create-world.ts";
export { fromRegistration } from "./entra/directory/from-registration.ts";
export type { RegistrationOptions } from "./entra/directory/from-registration.ts";
export { samlSettings } from "./entra/saml/saml-settings.ts";
export type { SamlSettings } from "./entra/saml/saml-settings.ts";
export type {
  AppSketch,
  RedirectUri,
  ResourceSketch,
  SamlSketch,
  UserSketch,
  WorldSketch,
} from "./entra/directory/world-sketch.ts";
export type { IdentitySketch, MachineSketch } from "./entra/directory/machine-sketch.ts";
export { contoso } from "../fixtures/worlds/contoso.ts";
export { defaultServiceSettings } from "./entra/directory/settings.ts";
export type { ServiceSettings } from "./entra/directory/service-settings.ts";
export type {
  AppRegistration,
  ClientSecret,
  ConditionalAccessPolicy,
  Device,
  FederatedCredential,
  Machine,
  MachineSource,
  ManagedIdentity,
  NameIdFormat,
  OptionalClaim,
  ProtectedResource,
  SamlRegistration,
  SecondFactor,
  FederatedDomain,
  Tenant,
  User,
  World,
} from "./entra/directory/world.ts";

// Histories and rules.
export type {
  ClientRestarted,
  ExchangeBegan,
  ExchangeEnd,
  ExchangeEnded,
  FaultBegan,
  FaultEnded,
  FaultsCleared,
  History,
  HistoryEvent,
  IssuedFacts,
  Noted,
  OperationCompleted,
  OperationInvoked,
  PromptShown,
  TokenFacts,
  TokenPresented,
  WireError,
} from "./history/event.ts";
export type {
  ExpectedFailure,
  FlowRow,
  JournalHeader,
  RuleLimits,
  SuiteTest,
  TestFinding,
  Variation,
} from "./history/header.ts";
export type { EventBase } from "./history/event-base.ts";
export type { CacheStoreError } from "./runner/simulation/store-access.ts";
export type { CacheStoreOptions } from "./runner/simulation/own-cache-store.ts";
export type { PageError } from "./history/page-error.ts";
export type { ProcessError } from "./history/process-error.ts";
export type { StoreAccessed } from "./history/store-accessed.ts";
export type { WaitAbandoned } from "./history/wait-abandoned.ts";
export { waitKinds, type WaitKind, type WaitOptions } from "./core/time/waits/wait-limits.ts";
export type { WorldChanged } from "./history/world-changed.ts";
export type { Judgement, Rule, RuleExcuse, Verdict } from "./rules/rule.ts";
export { judgeHistory, ruleById, rules, verdictOf } from "./rules/rules.ts";
export type { Finding } from "./rules/rules.ts";
export { parseJournal, writeJournal } from "./history/journal.ts";
export { fromHar, toHar } from "./history/har.ts";

// Runs from a program.
export { runScenario } from "./runner/run.ts";
export type { RunOptions, RunOutcome } from "./runner/run.ts";
export { loadClient } from "./clients/registry.ts";
export { listScenarios, loadScenario } from "../scenarios/find-scenario.ts";

// The simulator by itself.
export { createDirectory } from "./entra/directory/directory.ts";
export type { Directory } from "./entra/directory/directory.ts";
export { createEsts } from "./entra/token-service/ests.ts";
export type { EstsOptions } from "./entra/token-service/ests.ts";
export { createFaultLayer } from "./faults/layer.ts";
export type { FaultLayerOptions } from "./faults/layer.ts";

// Time, chance, errors, HTTP.
export { HarnessError } from "./core/errors.ts";
export type { HarnessErrorCode } from "./core/errors.ts";
export { createRandom } from "./core/random.ts";
export type { Random } from "./core/random.ts";
export type { Clock } from "./core/time/clock.ts";
export { endpoints } from "./entra/request/endpoint.ts";
export type { Endpoint, EntraRequest } from "./entra/request/endpoint.ts";
export type { Handler, Layer } from "./core/http/handler.ts";
export { NetworkFault } from "./core/http/network-fault.ts";
export type { NetworkFaultCode } from "./core/http/network-fault.ts";
export type { Service } from "./core/http/service.ts";
export { mountNames } from "./network/mount-names.ts";
export type { MountName } from "./network/mount-names.ts";
