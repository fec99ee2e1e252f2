import { $, browser, expect } from "@wdio/globals";
import { expectEntra } from "brownout/suite";
import { entra } from "./entra.mjs";

describe("mail", () => {
  let failed;
  afterEach(function () {
    failed ??= this.currentTest.err;
    entra.clear();
  });
  // Here and not in a hook of WebdriverIO, whose errors fail no test.
  after(() => entra.stop({ failed }));

  it("shows mail while Entra is down", async () => {
    entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
    await browser.url("/good/");
    const app = await browser.getWindowHandle();
    await $("button=Sign in").click();
    await browser.switchWindow("login.microsoftonline.com");
    const { upn, password } = entra.world.user("adele");
    await $("#login").setValue(upn);
    await $("#passwd").setValue(password);
    await $("button=Sign in").click();
    await browser.switchToWindow(app);
    await expect($("li=Budget")).toBeDisplayed();

    entra.outage();
    await $("button=Reload mail").click();
    await expect($("p[role=status]")).toHaveText(expect.stringContaining("As of"));
    expectEntra(entra).toHaveRequested("token", { times: 1 });
    expectEntra(entra).toHavePromptedAtMost(1);
  });
});
