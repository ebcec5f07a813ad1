// One phone: a chat as one person sees it, with what they type.

import { bubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { arrange, avatar, el, fill, toast } from "./dom.js";
import { get, order } from "./talk.js";
import { longDay, t } from "./words.js";

const KEPT = 200; // bubbles in the page; those beyond are loaded when one scrolls there
const NEAR = 60; // pixels from the end that still count as being at the end

export class Phone {
  // `its` is what all phones share: setting, chats, and what closes, focuses and opens phones.
  constructor(its, chat, person) {
    this.its = its;
    this.chat = chat;
    this.person = person;
    this.messages = new Map();
    this.older = false; // are there bubbles beyond the ends of what is held?
    this.newer = false;
    this.topic = null;
    this.nodes = new WeakMap();
    this.days = new Map();
    this.above = el("div.service", {}, t("older"));
    this.below = el("div.service", {}, t("loading.newer"));
    this.head = el("header.head");
    this.pinned = el("button.pinned", { type: "button", hidden: true, onclick: () => this.goTo(this.line.pinned.id) });
    this.topics = el("div.topics", { role: "tablist", hidden: true });
    this.log = el("div.log", { role: "log", "aria-live": "polite", tabIndex: 0, onscroll: () => this.scrolled() });
    this.down = el("button.down", { type: "button", hidden: true, onclick: () => this.toEnd() }, "↓");
    this.down.title = t("newer");
    this.stuck = true; // does one look at the newest bubble?
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.log);
    this.composer = new Composer(this);
    this.node = el(
      "section.phone",
      { onfocusin: () => its.focus(this), onpointerdown: () => its.focus(this) },
      this.head,
      this.pinned,
      this.topics,
      el("div.screen", {}, this.log, this.down),
      this.composer.node,
    );
  }

  get line() {
    return this.its.chats.get(this.chat);
  }

  get isGroup() {
    return this.line.kind !== "private";
  }

  // The newest bubbles; with a number, the last ones up to that.
  async load(until = null) {
    const found = await get(`/api/chats/${this.chat}${until ? `?before=${until + 1}` : ""}`);
    this.its.chats.set(this.chat, found.chat);
    this.messages = new Map(found.messages.map((message) => [message.id, message]));
    this.older = found.older;
    this.newer = found.newer;
    this.render();
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = !this.newer;
  }

  // Take in what is new or changed here. Versions are whole, so taking one in twice does no harm.
  take(messages, gone) {
    const atEnd = this.isAtEnd() && !this.newer;
    const [oldest, newest] = this.ends();
    const full = this.messages.size >= KEPT;
    for (const message of messages) {
      const isNew = message.id > newest;
      if (isNew ? this.newer || (full && !atEnd) : this.older && message.id < oldest) this.newer ||= isNew;
      else this.messages.set(message.id, message);
    }
    gone.forEach((number) => this.messages.delete(number));
    this.forget("oldest");
    this.render();
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
    else if (messages.some((message) => message.id > newest)) this.down.hidden = false;
  }

  ends() {
    const numbers = [...this.messages.keys()];
    return numbers.length ? [Math.min(...numbers), Math.max(...numbers)] : [0, 0];
  }

  // Keep no more bubbles than the page may hold; which end goes is where nobody looks.
  forget(end) {
    const spare = this.messages.size - KEPT;
    if (spare <= 0) return;
    const numbers = [...this.messages.keys()].sort((a, b) => a - b);
    const dropped = end === "oldest" ? numbers.slice(0, spare) : numbers.slice(-spare);
    dropped.forEach((number) => this.messages.delete(number));
    if (end === "oldest") this.older = true;
    else this.newer = true;
  }

  render() {
    this.renderHead();
    this.renderTopics();
    this.renderLog();
    this.composer.render();
  }

  renderHead() {
    const { line } = this;
    const look = JSON.stringify([line.title, line.members, line.pinned, this.person]);
    if (look === this.look) return; // an open list of speakers would close
    this.look = look;
    const shown = this.isGroup ? line.title : this.its.setting.bot.name;
    const below = this.isGroup ? t("members", line.members.length) : t("bot.kind");
    const close = el(
      "button.close",
      { type: "button", "aria-label": t("close.phone"), title: t("close.phone"), onclick: () => this.its.close(this) },
      "×",
    );
    fill(
      this.head,
      el("div.owner", {}, this.isGroup ? this.speaker() : el("span", {}, t("phone", line.title)), close),
      el(
        "div.peer",
        {},
        avatar(shown, this.isGroup ? this.chat : 0),
        el("div", {}, el("strong", {}, shown), el("small", {}, below)),
      ),
    );
    this.pinned.hidden = !line.pinned;
    fill(this.pinned, el("b", {}, `📌 ${t("pinned")}`), el("span", {}, line.pinned?.text.split("\n")[0] ?? ""));
  }

  speaker() {
    const members = this.line.members;
    if (members.length && !members.some((each) => each.id === this.person)) this.person = members[0].id;
    const choose = el(
      "select",
      {
        onchange: (event) => {
          this.person = Number(event.target.value);
          this.render();
        },
      },
      members.map((each) => el("option", { value: String(each.id), selected: each.id === this.person }, each.name)),
    );
    return el("label", {}, `${t("speaking")} `, choose);
  }

  renderTopics() {
    const topics = this.isGroup ? this.line.topics : [];
    this.topics.hidden = !topics.length;
    const chip = (id, name) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(this.topic === id),
          onclick: () => {
            this.topic = id;
            this.render();
            this.toEnd();
          },
        },
        name,
      );
    fill(this.topics, chip(null, t("general")), topics.map((each) => chip(each.id, each.name)));
  }

  renderLog() {
    const forum = this.isGroup && this.line.topics.length > 0;
    const shown = [...this.messages.values()].filter((each) => !forum || each.topic === this.topic);
    shown.sort((a, b) => a.id - b.id);
    const nodes = this.older ? [this.above] : [];
    const days = new Map();
    let before = null;
    for (const message of shown) {
      if (message.day !== before?.day) nodes.push(this.dayOf(message.day, days));
      const node = this.nodeOf(message);
      const follows = before && before.from === message.from && !before.service && before.day === message.day;
      node.classList.toggle("follows", Boolean(follows));
      nodes.push(node);
      before = message;
    }
    if (this.newer) nodes.push(this.below);
    this.days = days;
    this.log.classList.toggle("group", this.isGroup);
    arrange(this.log, nodes);
  }

  dayOf(day, days) {
    if (!days.has(day)) days.set(day, this.days.get(day) ?? el("div.day", {}, longDay(day)));
    return days.get(day);
  }

  // A bubble that has not changed keeps its node.
  nodeOf(message) {
    const key = this.nodes.get(message);
    if (key?.person === this.person) return key.node;
    const node = bubble(message, this.person, {
      command: (text) => this.composer.insert(text),
      press: (row, column, button) => this.press(message, row, column, button),
      edit: () => this.composer.edit(message),
      reply: () => this.composer.reply(message),
      show: (address) => this.its.show(address),
    });
    this.nodes.set(message, { node, person: this.person });
    return node;
  }

  async press(message, row, column, button) {
    button.classList.add("waiting");
    const body = { person: this.person, message: message.id, row, column };
    const answer = await order(`/api/chats/${this.chat}/press`, body);
    button.classList.remove("waiting");
    if (answer?.text) toast(answer.text);
  }

  // Bubbles beyond an end are loaded when one scrolls there, and those at the other end let go.
  async scrolled() {
    this.stuck = this.isAtEnd() && !this.newer;
    if (this.loading) return;
    const [oldest, newest] = this.ends();
    if (this.isAtEnd() && this.newer) {
      await this.extend(`after=${newest}`, "oldest");
    } else if (this.log.scrollTop < NEAR && this.older) {
      await this.extend(`before=${oldest}`, "newest");
    }
    this.down.hidden = this.isAtEnd() && !this.newer;
  }

  // What one reads stays where it is.
  async extend(which, forgotten) {
    this.loading = true;
    try {
      const found = await get(`/api/chats/${this.chat}?${which}`);
      const anchor = this.firstVisible();
      const height = anchor?.offsetTop;
      found.messages.forEach((message) => this.messages.set(message.id, message));
      if (forgotten === "newest") this.older = found.older;
      else this.newer = found.newer;
      this.forget(forgotten);
      this.renderLog();
      if (anchor) this.log.scrollTop += anchor.offsetTop - height;
    } finally {
      this.loading = false;
    }
  }

  firstVisible() {
    const top = this.log.scrollTop + this.log.offsetTop;
    return [...this.log.children].find((node) => node.dataset.id && node.offsetTop + node.offsetHeight > top);
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
  }

  async toEnd() {
    if (this.newer) return this.load();
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = true;
  }

  async goTo(number) {
    if (!this.messages.has(number)) await this.load(number);
    const node = this.log.querySelector(`[data-id="${number}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("found");
    setTimeout(() => node?.classList.remove("found"), 1500);
  }
}
