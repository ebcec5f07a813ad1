// What one types in a phone: lines, commands from the menu, edits and replies.

import { el, fill } from "./dom.js";
import { get, order, upload } from "./talk.js";
import { t } from "./words.js";

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.purpose = null; // {kind: "edit" | "reply", message}
    this.commands = null;
    this.about = el("div.about", { hidden: true });
    this.menu = el("div.menu", { role: "listbox", hidden: true });
    this.tries = el("div.tries", { hidden: true });
    this.box = el("textarea", {
      rows: 1,
      maxLength: 4096,
      enterkeyhint: "send",
      onkeydown: (event) => this.pressed(event),
      oninput: () => this.changed(),
    });
    this.opener = el("button.slash", { type: "button", "aria-label": t("menu"), title: t("menu") }, "/");
    this.opener.addEventListener("click", () => this.openMenu());
    this.file = el("input", { type: "file", multiple: true, hidden: true, onchange: () => this.sendFiles() });
    this.file.setAttribute("aria-label", t("attach"));
    this.attach = el("button.attach", { type: "button", "aria-label": t("attach"), title: t("attach") }, "📎");
    this.attach.addEventListener("click", () => this.file.click());
    this.sender = el("button.send", { type: "submit", disabled: true, "aria-label": t("send"), title: t("send") }, "➤");
    this.closed = el("div.closed", { hidden: true });
    this.form = el(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          this.send();
        },
      },
      this.opener,
      this.attach,
      this.box,
      this.sender,
      this.file,
    );
    this.node = el("footer.composer", {}, this.menu, this.tries, this.about, this.form, this.closed);
  }

  render() {
    const { phone } = this;
    const shut = phone.isGroup ? phone.line.moved : phone.line.blocked;
    this.form.hidden = Boolean(shut);
    this.closed.hidden = !shut;
    if (shut) this.renderClosed();
    const example = this.example();
    this.box.placeholder = example ? t("write.example", example) : t("write");
    this.box.setAttribute("aria-label", this.box.placeholder);
    this.renderTries(shut ? null : example);
    this.renderAbout();
  }

  renderClosed() {
    const { phone } = this;
    const open = el(
      "button",
      { type: "button", onclick: () => phone.its.replace(phone, phone.line.moved) },
      t("moved.open"),
    );
    const unblock = el(
      "button",
      { type: "button", onclick: () => order("/api/block", { chat: phone.chat, blocked: false }) },
      t("trouble.unblock"),
    );
    fill(this.closed, el("span", {}, t(phone.isGroup ? "moved" : "blocked")), phone.isGroup ? open : unblock);
  }

  // What is worth a try here: a report for officers, the status everywhere else.
  example() {
    const { phone } = this;
    if (phone.isGroup) return `/status@${phone.its.setting.bot.username}`;
    return { officer: this.report(), commander: "/status", admin: "/duyet" }[phone.line.role];
  }

  // A line for the first campaign in which this officer's unit reports.
  report() {
    const { campaigns, units } = this.phone.its.setting;
    const unit = units.find((each) => each.code === this.phone.line.unit);
    return campaigns[unit?.reports[0] ?? 0].example;
  }

  // The example is offered until something of one's own stands in the chat.
  renderTries(example) {
    this.tried ||= [...this.phone.messages.values()].some(
      (each) => each.from === this.phone.person && !each.service && !/^\/(start|gan)/.test(each.text),
    );
    this.tries.hidden = this.tried || !example;
    const chip = el("button", { type: "button", onclick: () => this.insert(example) }, example ?? "");
    fill(this.tries, el("span", {}, t("try")), chip);
  }

  renderAbout() {
    this.about.hidden = !this.purpose;
    if (!this.purpose) return;
    const { kind, message } = this.purpose;
    const drop = el("button", { type: "button", "aria-label": t("cancel"), onclick: () => this.drop() }, "×");
    const title = kind === "edit" ? t("editing") : t("replying", message.who);
    fill(this.about, el("span", {}, el("b", {}, title), el("small", {}, message.text.split("\n")[0])), drop);
  }

  insert(text) {
    this.box.value = text;
    this.changed();
    this.box.focus();
  }

  edit(message) {
    this.purpose = { kind: "edit", message };
    this.insert(message.text);
    this.renderAbout();
  }

  reply(message) {
    this.purpose = { kind: "reply", message };
    this.renderAbout();
    this.box.focus();
  }

  drop() {
    if (this.purpose?.kind === "edit") this.box.value = "";
    this.purpose = null;
    this.menu.hidden = true;
    this.renderAbout();
    this.changed();
  }

  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    const { chat, person, topic } = this.phone;
    const { kind, message } = this.purpose ?? {};
    const body = kind === "edit" ? { message: message.id } : { reply_to: message?.id ?? null, topic };
    const path = `/api/chats/${chat}/${kind === "edit" ? "edit" : "say"}`;
    this.purpose = null;
    this.box.value = "";
    this.changed();
    this.renderAbout();
    this.phone.toEnd();
    const done = await order(path, { person, text, ...body });
    if (!done && !this.box.value) this.insert(text);
  }

  // Files go one by one; what stands in the box is written under the first.
  async sendFiles() {
    const files = [...this.file.files];
    this.file.value = "";
    const { chat, person, topic } = this.phone;
    for (const file of files) {
      const sent = await upload(`/api/chats/${chat}/send`, file, { person, topic, caption: this.box.value.trim() });
      if (!sent) return;
      this.box.value = "";
      this.changed();
    }
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 132)}px`;
    this.sender.disabled = !this.box.value.trim();
    this.suggest();
  }

  async openMenu() {
    this.box.focus();
    if (!this.box.value) this.insert("/");
    else this.suggest();
  }

  // The bot's own menu, as it has set it for this kind of chat.
  async suggest() {
    const typed = this.box.value;
    if (!/^\/\w*$/.test(typed)) {
      this.menu.hidden = true;
      return;
    }
    const language = document.documentElement.lang;
    this.commands ??= await get(`/api/chats/${this.phone.chat}/menu?language=${language}`);
    const fitting = this.commands.filter((each) => `/${each.command}`.startsWith(typed) && typed === this.box.value);
    this.chosen = 0;
    this.menu.hidden = !fitting.length;
    fill(this.menu, fitting.map((each) => this.option(each)));
    this.mark();
  }

  option({ command, description }) {
    const pick = () => this.insert(this.phone.isGroup ? `${this.full(command)} ` : `/${command} `);
    return el(
      "button",
      { type: "button", role: "option", tabIndex: -1, onclick: pick },
      el("b", {}, `/${command}`),
      el("span", {}, description),
    );
  }

  full(command) {
    return `/${command}@${this.phone.its.setting.bot.username}`;
  }

  mark() {
    [...this.menu.children].forEach((each, number) => {
      each.setAttribute("aria-selected", String(number === this.chosen));
      if (number === this.chosen) each.scrollIntoView({ block: "nearest" });
    });
  }

  pressed(event) {
    if (!this.menu.hidden && this.pressedInMenu(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") {
      this.drop();
    } else if (event.key === "ArrowUp" && !this.box.value) {
      this.editLast(event);
    }
  }

  pressedInMenu(event) {
    const count = this.menu.children.length;
    const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step) % count;
      this.mark();
    } else if (event.key === "Tab" || (event.key === "Enter" && !this.isWhole())) {
      this.menu.children[this.chosen].click();
    } else if (event.key === "Escape") {
      this.menu.hidden = true;
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  isWhole() {
    return this.commands?.some((each) => `/${each.command}` === this.box.value);
  }

  editLast(event) {
    const own = [...this.phone.messages.values()].filter((each) => each.from === this.phone.person && !each.service);
    const last = own.sort((a, b) => a.id - b.id).at(-1);
    if (!last || last.media) return;
    event.preventDefault();
    this.edit(last);
  }
}
