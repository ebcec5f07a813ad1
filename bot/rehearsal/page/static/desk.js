// The desk at the side: everybody else's reports, newcomers, the next pushes, and trouble.

import { el, fill, toast } from "./dom.js";
import { ProcessPanel } from "./process.js";
import { order } from "./talk.js";
import { shortDay, t } from "./words.js";

const SHARES = [25, 50, 80, 100];
const MINUTES = [10, 60];

export class Desk {
  constructor(node, its) {
    this.its = its;
    this.push = el("ol.pushes");
    this.trouble = el("div.buttons");
    this.here = el("div.buttons");
    this.hereTitle = el("p.hint");
    this.dark = el("p.alarm", { role: "alert", hidden: true });
    this.process = new ProcessPanel();
    this.coming = [];
    fill(node, this.crowd(), this.next(), this.joining(), this.troubles());
  }

  crowd() {
    const share = el(
      "select",
      { "aria-label": t("crowd.share") },
      SHARES.map((each) => el("option", { value: String(each), selected: each === 80 }, `${each}%`)),
    );
    this.go = el("button.primary", { type: "button", onclick: () => this.everybody(Number(share.value)) }, t("crowd.go"));
    this.bar = el("progress", { hidden: true, max: 1 });
    this.count = el("small.hint", { hidden: true });
    return section("crowd", el("p.hint", {}, t("crowd.why")), el("div.line", {}, share, this.go), this.bar, this.count);
  }

  async everybody(percent) {
    this.go.disabled = true;
    const seed = Number(this.day.replaceAll("-", "")) + percent; // the same day and share: the same numbers
    const done = await order("/api/everybody", { share: percent / 100, seed });
    this.go.disabled = false;
    if (done) toast(t("crowd.sent", done.sent));
  }

  progress(now) {
    this.bar.hidden = this.count.hidden = !now;
    if (!now) return;
    this.bar.max = now.of;
    this.bar.value = now.done;
    this.count.textContent = t("crowd.progress", now.done, now.of);
  }

  next() {
    return section("next", this.push);
  }

  hours({ day }) {
    if (this.day === day) return;
    this.day = day;
    this.pushes(this.coming);
  }

  pushes(next) {
    this.coming = next;
    const { day } = this;
    const rows = next.map((each) =>
      el("li", {}, el("b", {}, each.time), el("span", {}, t(`job.${each.job}`)), el("small", {}, when(each.day, day))),
    );
    fill(this.push, rows.length ? rows : el("li.none", {}, t("next.none")));
  }

  joining() {
    const units = this.its.setting.units;
    const list = el("datalist", { id: "units" }, units.map((unit) => el("option", { value: name(unit) })));
    const unit = el("input", { placeholder: t("join.unit"), "aria-label": t("join.unit") });
    unit.setAttribute("list", "units");
    const kind = el(
      "select",
      { "aria-label": t("join.who") },
      ["officer", "commander", "group"].map((each) => el("option", { value: each }, t(`join.${each}`))),
    );
    const approve = el("input", { type: "checkbox", checked: true });
    const join = async (event) => {
      event.preventDefault();
      const found = units.find((each) => name(each) === unit.value || each.code === unit.value.trim());
      if (!found) toast(t("join.unknown"), "bad");
      else if (await this.its.join(found.code, kind.value, approve.checked)) unit.value = "";
    };
    const box = el("label.check", { hidden: true }, approve, t("join.approve"));
    kind.addEventListener("change", () => (box.hidden = kind.value !== "commander"));
    const go = el("button", { type: "submit" }, t("join.go"));
    return section("join", el("form", { onsubmit: join }, list, unit, el("div.line", {}, kind, go), box));
  }

  troubles() {
    this.cuts = MINUTES.map((minutes) =>
      el("button", { type: "button", onclick: () => order("/api/cut", { minutes }) }, t("trouble.cut", minutes)),
    );
    this.mend = el("button", { type: "button", onclick: () => order("/api/cut", { minutes: 0 }) }, t("trouble.mend"));
    fill(this.trouble, this.cuts, this.mend);
    return section("trouble", this.process.node, this.dark, this.trouble, this.hereTitle, this.here);
  }

  bot(card) {
    this.process.show(card);
  }

  wrong({ dark, until }) {
    this.dark.hidden = !dark;
    this.dark.textContent = t("trouble.dark", until);
    this.mend.hidden = !dark;
    this.cuts.forEach((each) => (each.hidden = dark));
  }

  // What can go wrong in the chat that is in front.
  focus(line) {
    this.hereTitle.hidden = !line;
    if (!line) return fill(this.here);
    this.hereTitle.textContent = t("trouble.in", line.title);
    const chat = line.id;
    const slow = async () => {
      if (await order("/api/slow", { chat })) toast(t("trouble.slowed"));
    };
    const block = () => order("/api/block", { chat, blocked: !line.blocked });
    const upgrade = async () => {
      const done = await order("/api/upgrade", { chat });
      if (done) this.its.openSoon(done.chat, chat);
    };
    const act = (label, run) => el("button", { type: "button", onclick: run }, t(label));
    return fill(
      this.here,
      act("trouble.slow", slow),
      line.kind === "private" && act(line.blocked ? "trouble.unblock" : "trouble.block", block),
      line.kind === "group" && !line.moved && act("trouble.upgrade", upgrade),
    );
  }
}

function section(name, ...children) {
  return el("section", { "aria-labelledby": `desk-${name}` }, el("h2", { id: `desk-${name}` }, t(name)), ...children);
}

function name(unit) {
  return unit.in ? `${unit.name} · ${unit.in}` : unit.name;
}

function when(day, today) {
  const apart = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
  return apart === 0 ? t("today") : apart === 1 ? t("tomorrow") : shortDay(day);
}
