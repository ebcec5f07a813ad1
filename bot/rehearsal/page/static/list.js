// The list of chats: groups, leaders, officers, and everybody else.

import { serviceText } from "./bubbles.js";
import { arrange, avatar, el, fill } from "./dom.js";
import { switchLanguage, t } from "./words.js";

const SECTIONS = [
  ["groups", (line) => line.kind !== "private"],
  ["leaders", (line) => line.role === "commander" || line.role === "admin"],
  ["officers", (line) => line.role === "officer" && !line.extra],
];

const MOST_ABSENT = 12;

export class ChatList {
  constructor(node, its) {
    this.its = its;
    this.unread = new Map();
    this.drawn = new Map(); // chat -> its item, and what it shows
    this.sought = "";
    this.showExtras = false;
    this.items = el("div.items");
    this.folded = el("summary");
    this.extras = el("details", { ontoggle: () => this.toggled() }, this.folded);
    const search = el("input", { type: "search", placeholder: t("search"), "aria-label": t("search") });
    search.addEventListener("input", () => {
      this.sought = plain(search.value);
      this.render();
    });
    const language = el("button.language", { type: "button", onclick: switchLanguage }, t("language"));
    fill(node, el("div.search", {}, search, language), this.items);
  }

  // Count what a bot has said in a chat that nobody looks at.
  note(chat, messages) {
    const heard = messages.filter((message) => message.bot && !message.edited).length;
    if (heard && !this.its.isOpen(chat)) this.unread.set(chat, (this.unread.get(chat) ?? 0) + heard);
  }

  // Many chats can change at once; the list is drawn once for all of them.
  renderSoon() {
    this.soon ??= setTimeout(() => this.render(), 100);
  }

  render() {
    clearTimeout(this.soon);
    this.soon = null;
    const lines = [...this.its.chats.values()].filter((line) => !line.moved && this.fits(line));
    const taken = new Set();
    const nodes = SECTIONS.flatMap(([name, belongs]) => {
      const inside = lines.filter((line) => !taken.has(line.id) && belongs(line));
      inside.forEach((line) => taken.add(line.id));
      return inside.length ? [el("h2", {}, t(name)), inside.map((line) => this.item(line))].flat() : [];
    });
    const extras = lines.filter((line) => !taken.has(line.id));
    const absent = this.absent();
    if (extras.length) nodes.push(this.fold(extras));
    if (absent.length) nodes.push(el("h2", {}, t("absent")), ...absent.map((unit) => this.newcomer(unit)));
    arrange(this.items, nodes);
  }

  fold(lines) {
    const shown = Boolean(this.showExtras || this.sought);
    this.folded.textContent = t("extras", lines.length);
    if (this.extras.open !== shown) this.extras.open = shown;
    arrange(this.extras, [this.folded, ...(shown ? lines.map((line) => this.item(line)) : [])]);
    return this.extras;
  }

  toggled() {
    if (this.extras.open === Boolean(this.showExtras || this.sought)) return;
    this.showExtras = this.extras.open;
    this.render();
  }

  fits(line) {
    return !this.sought || plain(`${line.title} ${line.unit ?? ""}`).includes(this.sought);
  }

  // Officers who are not here yet: found by their unit, and let in at one click.
  absent() {
    if (!this.sought) return [];
    const officers = [...this.its.chats.values()].filter((line) => line.role === "officer");
    const present = new Set(officers.map((line) => line.unit));
    const found = this.its.setting.units.filter(
      (unit) => unit.reports && !present.has(unit.code) && plain(`${unit.name} ${unit.code}`).includes(this.sought),
    );
    return found.slice(0, MOST_ABSENT);
  }

  newcomer(unit) {
    return el(
      "button.item",
      { type: "button", onclick: () => this.its.join(unit.code, "officer") },
      el("span.avatar.plus", { "aria-hidden": "true" }, "+"),
      el(
        "span.what",
        {},
        el("span.top", {}, el("strong", {}, unit.name)),
        el("span.bottom", {}, el("span", {}, [t("absent.join"), unit.in].filter(Boolean).join(" · "))),
      ),
    );
  }

  // An item that shows the same as before keeps its node, and the focus with it.
  item(line) {
    const count = this.unread.get(line.id);
    const look = JSON.stringify([line.title, line.last, count, this.its.isOpen(line.id)]);
    const known = this.drawn.get(line.id);
    if (known?.look === look) return known.node;
    const node = this.draw(line, count);
    this.drawn.set(line.id, { look, node });
    return node;
  }

  draw(line, count) {
    return el(
      "button.item",
      {
        type: "button",
        "aria-current": this.its.isOpen(line.id) ? "true" : null,
        onclick: () => this.its.open(line.id),
      },
      avatar(line.title, line.id),
      el(
        "span.what",
        {},
        el("span.top", {}, el("strong", {}, line.title), el("time", {}, line.last?.time ?? "")),
        el("span.bottom", {}, el("span", {}, excerpt(line)), count && el("span.count", {}, String(count))),
      ),
    );
  }
}

function excerpt({ last }) {
  if (!last) return "";
  if (last.service) return serviceText(last.service);
  return last.text.split("\n")[0] || (last.media === "photo" ? t("photo") : last.media ?? "");
}

// Without accents, so that names are found however one types them.
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
}
