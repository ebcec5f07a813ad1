// The page: which phones are open, and what the stream brings to them.

import { ClockBar } from "./clock.js";
import { Desk } from "./desk.js";
import { el, fill } from "./dom.js";
import { ChatList } from "./list.js";
import { Phone } from "./phone.js";
import { get, listen, order } from "./talk.js";
import { begin, t } from "./words.js";

const WIDTH = 330; // what one phone wants at least, in pixels
const MOST = 3;
const KEPT = "tiendo.phones";

class App {
  constructor(setting) {
    this.setting = setting;
    this.chats = new Map();
    this.phones = [];
    this.awaited = null;
    this.room = document.getElementById("phones");
    this.clock = new ClockBar(document.getElementById("clock"), setting);
    this.list = new ChatList(document.getElementById("chats"), this);
    this.desk = new Desk(document.getElementById("desk"), this);
    this.picture = document.getElementById("picture");
    this.picture.addEventListener("click", () => this.picture.close());
    this.offline = el("div.offline", { role: "alert", hidden: true }, t("offline"));
    document.body.append(this.offline);
    this.tabs();
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  start() {
    listen(
      {
        chats: (lines) => this.renew(lines),
        chat: (news) => this.take(news),
        hours: (hours) => {
          this.clock.show(hours);
          this.desk.hours(hours);
        },
        pushes: (pushes) => {
          this.clock.pushes(pushes);
          this.desk.pushes(pushes);
        },
        bot: (bot) => {
          this.clock.bot(bot);
          this.desk.bot(bot);
        },
        trouble: (trouble) => this.desk.wrong(trouble),
        progress: (progress) => this.desk.progress(progress),
      },
      (live) => (this.offline.hidden = live),
    );
  }

  // Everything anew: at the start, and after the line was cut.
  async renew(lines) {
    this.chats = new Map(lines.map((line) => [line.id, line]));
    this.phones = this.phones.filter((phone) => this.chats.has(phone.chat));
    if (!this.phones.length) {
      this.phones = this.wanted()
        .slice(0, this.most())
        .map(({ chat, person }) => new Phone(this, chat, person));
    }
    await Promise.all(this.phones.map((phone) => phone.load()));
    this.render();
    if (this.phones.length) this.focus(this.phones[0]);
  }

  // Of a chat that is known only what has changed is told.
  take({ chat: { id, ...changed }, messages, gone }) {
    const chat = { ...this.chats.get(id), id, ...changed };
    this.chats.set(id, chat);
    this.list.note(chat.id, messages);
    this.phones.filter((phone) => phone.chat === chat.id).forEach((phone) => phone.take(messages, gone));
    this.list.renderSoon();
    if (this.active?.chat === chat.id) this.desk.focus(chat);
    if (this.awaited?.chat === chat.id) this.openAwaited();
  }

  // The phones that were open before the page was loaded again, else those of the opening.
  wanted() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]").filter(({ chat }) => this.chats.has(chat));
    return kept.length ? kept : this.setting.phones;
  }

  most() {
    return Math.max(1, Math.min(MOST, Math.floor(this.room.clientWidth / WIDTH)));
  }

  isOpen(chat) {
    return this.phones.some((phone) => phone.chat === chat);
  }

  // Open a chat beside the others; where there is no room it takes the place of the one longest out of use.
  async open(chat) {
    document.body.dataset.view = "phones";
    const there = this.phones.find((phone) => phone.chat === chat);
    if (there) return this.focus(there, true);
    const line = this.chats.get(chat);
    while (this.phones.length >= this.most()) this.phones.splice(this.leastUsed(), 1);
    const phone = await this.add(chat, line.kind === "private" ? chat : line.members[0]?.id);
    this.render();
    return this.focus(phone, true);
  }

  leastUsed() {
    const used = this.phones.map((phone) => phone.used ?? 0);
    return used.indexOf(Math.min(...used));
  }

  // Let somebody new in, or make a group, and show it.
  async join(unit, kind, approve = true) {
    const isGroup = kind === "group";
    const done = await order(isGroup ? "/api/gather" : "/api/join", isGroup ? { unit } : { unit, role: kind, approve });
    if (done) this.openSoon(done.chat);
    return done;
  }

  // A chat that was just made shows itself in the stream first; `instead` is the chat whose place it takes.
  openSoon(chat, instead = null) {
    this.awaited = { chat, instead };
    if (this.chats.has(chat)) this.openAwaited();
  }

  openAwaited() {
    const { chat, instead } = this.awaited;
    this.awaited = null;
    const old = this.phones.find((phone) => phone.chat === instead);
    return old ? this.replace(old, chat) : this.open(chat);
  }

  async replace(old, chat) {
    const place = this.phones.indexOf(old);
    const phone = new Phone(this, chat, old.person);
    this.phones.splice(place, 1, phone);
    await phone.load();
    this.render();
    this.focus(phone, true);
  }

  async add(chat, person) {
    const phone = new Phone(this, chat, person);
    this.phones.push(phone);
    await phone.load();
    return phone;
  }

  close(phone) {
    this.phones = this.phones.filter((each) => each !== phone);
    this.render();
    if (this.phones.length) this.focus(this.phones[0]);
    else this.desk.focus(null);
  }

  focus(phone, type = false) {
    const appears = phone !== this.active && this.room.clientWidth < 2 * WIDTH;
    this.uses = (this.uses ?? 0) + 1;
    phone.used = this.uses;
    this.active = phone;
    this.list.unread.delete(phone.chat);
    this.phones.forEach((each) => each.node.classList.toggle("active", each === phone));
    this.desk.focus(phone.line);
    if (appears) phone.toEnd();
    if (type) {
      this.list.render();
      phone.composer.box.focus({ preventScroll: true });
      phone.toEnd();
    }
  }

  render() {
    this.list.render();
    sessionStorage.setItem(KEPT, JSON.stringify(this.phones.map(({ chat, person }) => ({ chat, person }))));
    fill(this.room, this.phones.length ? this.phones.map((phone) => phone.node) : el("p.empty", {}, t("empty")));
    this.phones.forEach((phone) => phone.toEnd());
  }

  show(address) {
    fill(this.picture, el("img", { src: address, alt: t("photo") }));
    this.picture.showModal();
  }

  // Alt and a digit go to that phone.
  pressed(event) {
    const phone = event.altKey && this.phones[Number(/^Digit(\d)$/.exec(event.code)?.[1]) - 1];
    if (!phone) return;
    event.preventDefault();
    this.focus(phone, true);
  }

  // On a phone's width only one of the three parts is shown.
  tabs() {
    const tab = (view) =>
      el("button", { type: "button", onclick: () => (document.body.dataset.view = view) }, t(`tab.${view}`));
    fill(document.getElementById("tabs"), ["chats", "phones", "desk"].map(tab));
  }
}

const setting = await get("/api/setting");
begin(setting.language);
new App(setting).start();
