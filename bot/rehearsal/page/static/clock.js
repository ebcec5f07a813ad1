// The bar above: what time it is in the rehearsal, and how fast it passes.

import { el, fill } from "./dom.js";
import { order } from "./talk.js";
import { longDay, switchLanguage, t } from "./words.js";

const SPEEDS = [0, 1, 60, 600];
const GOALS = ["push", "evening", "tomorrow", "deadline"];

export class ClockBar {
  constructor(node, setting) {
    const names = setting.campaigns.map((each) => each.name);
    this.several = names.length > 1;
    this.anything = false; // is there a push to go to?
    this.time = el("strong.time");
    this.day = el("span.day-name");
    this.speeds = SPEEDS.map((speed) =>
      el(
        "button",
        { type: "button", title: speed ? null : t("speed.0"), onclick: () => order("/api/speed", { speed }) },
        speed ? `×${speed}` : "❚❚",
      ),
    );
    this.speeds[0].setAttribute("aria-label", t("speed.0"));
    this.goals = GOALS.map((goal) => el("button", { type: "button", onclick: () => this.leap(goal) }, t(`leap.${goal}`)));
    this.start = document.getElementById("down");
    this.start.addEventListener("click", () => order("/api/bot", { do: "start" }));
    this.still = el("span", {}, t("leap"));
    this.leaping = el("span.leaping", { hidden: true }, t("leaping"));
    fill(
      node,
      el(
        "div.brand",
        {},
        el("strong", {}, "Tiến Độ"),
        el("span", {}, t("rehearsal")),
        el("small", { title: names.join("\n") }, names.join(" · ")),
      ),
      el("div.now", {}, this.time, this.day),
      el("div.speeds", { role: "group", "aria-label": t("speed") }, this.speeds),
      el("div.leaps", { role: "group", "aria-label": t("leap") }, this.still, this.leaping, this.goals),
      el("button.language", { type: "button", onclick: switchLanguage }, t("language")),
    );
  }

  show(hours) {
    this.time.textContent = hours.time;
    const left = this.several ? t("left.until", hours.left, hours.until) : t("left", hours.left);
    this.day.textContent = `${longDay(hours.day)} · ${left}`;
    this.day.title = left;
    this.speeds.forEach((each, number) => each.setAttribute("aria-pressed", String(SPEEDS[number] === hours.speed)));
    this.goals.forEach((each) => {
      each.disabled = hours.leaping || (each === this.goals[0] && !this.anything);
    });
    this.still.hidden = hours.leaping;
    this.leaping.hidden = !hours.leaping;
  }

  pushes(next) {
    this.anything = next.length > 0;
    this.goals[0].disabled = !this.anything;
  }

  // On a phone's width the desk is out of sight: that the bot is down is said above everything.
  bot({ standing }) {
    this.start.hidden = standing === "up";
    this.start.disabled = standing === "starting";
    this.start.textContent = t(standing === "starting" ? "bot.starting" : "bot.down");
  }

  async leap(goal) {
    await order("/api/leap", { goal });
  }
}
