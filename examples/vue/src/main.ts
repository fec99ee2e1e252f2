import { createApp, h } from "vue";
import App from "./app.vue";
import Profile from "./profile.vue";
import { start } from "./auth";

await start();
createApp({ render: () => h(App, () => h(Profile)) }).mount("#app");
