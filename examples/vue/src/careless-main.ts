import { createApp, h } from "vue";
import App from "./app.vue";
import CarelessProfile from "./careless-profile.vue";
import { start } from "./auth";

await start();
createApp({ render: () => h(App, () => h(CarelessProfile)) }).mount("#app");
