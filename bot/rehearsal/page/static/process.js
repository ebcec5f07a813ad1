// The bot's process: how it stands, what kills and starts it, and what came of that.

import { el, fill } from "./dom.js";
import { order } from "./talk.js";
import { t } from "./words.js";

export class ProcessPanel {
  constructor() {
    this.state = el("p.standing", { role: "status" });
    this.tail = el("pre.tail", { hidden: true });
    this.account = el("div.account", { role: "status", hidden: true });
    const act = (what) => {
      const button = el("button", { type: "button", onclick: () => this.order(what) }, t(`bot.${what}`));
      return [what, button];
    };
    this.acts = new Map(["kill", "restart", "start"].map(act));
    this.node = el("div.process", {}, this.state, this.tail, el("div.buttons", {}, [...this.acts.values()]), this.account);
  }

  async order(what) {
    this.acts.forEach((button) => (button.disabled = true));
    await order("/api/bot", { do: what });
    this.acts.forEach((button) => (button.disabled = false));
  }

  show({ standing, pid, code, tail, waiting, account }) {
    const runs = standing === "up" || standing === "starting";
    this.state.dataset.standing = standing;
    fill(this.state, el("b", {}, t(`bot.${standing}`, pid, code)), waiting > 0 && el("span", {}, t("bot.waiting", waiting)));
    this.tail.hidden = standing !== "fallen";
    this.tail.textContent = tail.join("\n");
    this.acts.get("kill").hidden = this.acts.get("restart").hidden = !runs;
    this.acts.get("start").hidden = runs;
    this.account.hidden = !account;
    if (account) fill(this.account, el("b", {}, t("account")), lines(account).map((line) => el("p", {}, line)));
  }
}

// What became of what was under way: only what there was is spoken of.
function lines(account) {
  return [
    account.waited ? t("account.waited", account) : t("account.nothing"),
    account.recorded > 0 && t("account.receipts", account),
    account.owed > 0 && t("account.owed", account),
    t(account.right ? "account.right" : "account.wrong"),
  ].filter(Boolean);
}
