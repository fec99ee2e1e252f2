import { describe, expect, it } from "vitest";
import { nameOfProgram } from "../network/way-in/client-process.ts";
import { createInstances } from "./instances.ts";

const process = (pid: number, startedAt = "1") => ({
  pid,
  startedAt,
  name: "job",
  ancestry: [pid, 10],
});

describe("instances", () => {
  it("are processes, of which a number that is used again is another", () => {
    const { nameOf } = createInstances();
    const address = "127.0.0.1";
    expect(nameOf({ process: process(100), address })).toBe("job-1");
    expect(nameOf({ process: process(101), address })).toBe("job-2");
    expect(nameOf({ process: process(100), address })).toBe("job-1");
    expect(nameOf({ process: process(100, "2"), address })).toBe("job-3");
  });

  it("are distinguished by address and by how they name themselves where no process is seen", () => {
    const { nameOf } = createInstances();
    const at = (address: string) => ({ process: undefined, address });
    expect(nameOf(at("10.0.0.1"), { sku: "MSAL.Python" })).toBe("MSAL.Python-1");
    expect(nameOf(at("10.0.0.2"), { sku: "MSAL.Python" })).toBe("MSAL.Python-2");
    expect(nameOf(at("10.0.0.1"), { sku: "MSAL.Python", userAgent: "x/1" })).toBe("MSAL.Python-3");
    expect(nameOf(at("10.0.0.1"), { userAgent: "curl/8" })).toBe("curl-1");
    expect(nameOf(at("10.0.0.1"))).toBe("client-1");
  });

  it("have the operation of the nearest process above them that has one", () => {
    const { causeOf, open } = createInstances();
    const child = { process: process(100), address: "" };
    const closeOuter = open({ client: "shell-1", operation: 1, pid: 10 });
    const closeInner = open({ client: "job-1", operation: 2, pid: 100 });
    expect(causeOf(child)).toEqual({ client: "job-1", operation: 2 });
    closeInner();
    expect(causeOf(child)).toEqual({ client: "shell-1", operation: 1 });
    closeOuter();
    expect(causeOf(child)).toEqual({ client: "job-1" });
  });

  it("have no operation when two are open for everyone", () => {
    const { causeOf, open } = createInstances();
    const child = { process: process(100), address: "" };
    open({ client: "a", operation: 1, pid: undefined });
    expect(causeOf(child)).toEqual({ client: "a", operation: 1 });
    open({ client: "b", operation: 2, pid: undefined });
    expect(causeOf(child)).toEqual({ client: "job-1" });
  });
});

describe("the name of a program", () => {
  it.each([
    [["/usr/bin/curl", "-u", "me:secret"], "curl"],
    [["/usr/bin/python3", "jobs/nightly.py", "--key=secret"], "nightly"],
    [["python3.11", "-m", "azure.cli", "login"], "azure.cli"],
    [["node", "-e", "fetch('secret')"], "node"],
    [["python3", "-c", "print('secret')"], "python3"],
    [["sh", "echo secret"], "sh"],
    [["/opt/app (old)/run"], "run"],
    [[""], "program"],
  ])("of %j is %s", (argv, name) => {
    expect(nameOfProgram(argv)).toBe(name);
  });
});
