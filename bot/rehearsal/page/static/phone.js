// One phone: a chat as one person sees it, with what they type.

import { bubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { arrange, avatar, el, fill, toast } from "./dom.js";
import { get, order } from "./talk.js";
import { longDay, t } from "./words.js";

const KEPT = 200; // bubbles in the page; older ones are loaded when one scrolls up
const NEAR = 60; // pixels from the end that still count as being at the end

export class Phone {
  // `its` is what all phones share: setting, chats, and what closes, focuses and opens phones.
  constructor(its, chat, person) {
    this.its = its;
    this.chat = chat;
    this.person = person;
    this.messages = new Map();
    this.more = false;
    this.topic = null;
    this.nodes = new WeakMap();
    this.days = new Map();
    this.older = el("div.service", {}, t("older"));
    this.head = el("header.head");
    this.pinned = el("button.pinned", { type: "button", hidden: true, onclick: () => this.goTo(this.line.pinned) });
    this.topics = el("div.topics", { role: "tablist", hidden: true });
    this.log = el("div.log", { role: "log", "aria-live": "polite", tabIndex: 0, onscroll: () => this.scrolled() });
    this.down = el("button.down", { type: "button", hidden: true, onclick: () => this.toEnd() }, "↓");
    this.down.title = t("newer");
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

  async load() {
    const found = await get(`/api/chats/${this.chat}`);
    this.its.chats.set(this.chat, found.chat);
    this.messages = new Map(found.messages.map((message) => [message.id, message]));
    this.more = found.more;
    this.render();
    this.toEnd();
  }

  // Take in what is new or changed here. Versions are whole, so taking one in twice does no harm.
  take(messages, gone) {
    const atEnd = this.isAtEnd();
    const oldest = this.oldest();
    const newest = Math.max(0, ...this.messages.keys());
    for (const message of messages) {
      if (this.more && message.id < oldest) continue;
      this.messages.set(message.id, message);
    }
    gone.forEach((number) => this.messages.delete(number));
    if (atEnd) this.forgetOld();
    this.render();
    if (atEnd) this.toEnd();
    else if (messages.some((message) => message.id > newest)) this.down.hidden = false;
  }

  oldest() {
    return this.messages.size ? Math.min(...this.messages.keys()) : 0;
  }

  forgetOld() {
    const numbers = [...this.messages.keys()].sort((a, b) => a - b);
    const tooMany = numbers.slice(0, Math.max(0, numbers.length - KEPT));
    tooMany.forEach((number) => this.messages.delete(number));
    this.more = this.more || tooMany.length > 0;
  }

  render() {
    this.renderHead();
    this.renderTopics();
    this.renderLog();
    this.composer.render();
  }

  renderHead() {
    const { line } = this;
    const pin = this.messages.get(line.pinned);
    const look = JSON.stringify([line.title, line.members, line.pinned, pin?.text, this.person]);
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
    fill(this.pinned, el("b", {}, `📌 ${t("pinned")}`), el("span", {}, pin ? pin.text.split("\n")[0] : ""));
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
    const nodes = this.more ? [this.older] : [];
    let before = null;
    for (const message of shown) {
      if (message.day !== before?.day) nodes.push(this.dayOf(message.day));
      const node = this.nodeOf(message);
      const follows = before && before.from === message.from && !before.service && before.day === message.day;
      node.classList.toggle("follows", Boolean(follows));
      nodes.push(node);
      before = message;
    }
    this.log.classList.toggle("group", this.isGroup);
    arrange(this.log, nodes);
  }

  dayOf(day) {
    if (!this.days.has(day)) this.days.set(day, el("div.day", {}, longDay(day)));
    return this.days.get(day);
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

  // Older bubbles are added above; what one reads stays where it is.
  async scrolled() {
    if (this.isAtEnd()) this.down.hidden = true;
    if (this.log.scrollTop > NEAR || !this.more || this.loading) return;
    this.loading = true;
    try {
      const found = await get(`/api/chats/${this.chat}?before=${this.oldest()}`);
      const height = this.log.scrollHeight - this.log.scrollTop;
      found.messages.forEach((message) => this.messages.set(message.id, message));
      this.more = found.more;
      this.renderLog();
      this.log.scrollTop = this.log.scrollHeight - height;
    } finally {
      this.loading = false;
    }
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.down.hidden = true;
  }

  goTo(number) {
    const node = this.log.querySelector(`[data-id="${number}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("found");
    setTimeout(() => node?.classList.remove("found"), 1500);
  }
}
