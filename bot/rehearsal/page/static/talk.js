// Talking to the server: calls that are answered once, and the stream of what changes.

import { toast } from "./dom.js";
import { t } from "./words.js";

export async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// Carry out an order; a refusal is shown to the user, and null returned.
export async function order(path, body) {
  return post(path, "application/json", JSON.stringify(body));
}

const LARGEST = 20 * 1024 * 1024;
const PHOTOS = ["image/jpeg", "image/png"];

// Send a file as a messenger does: pictures as photos, everything else as a document.
export async function upload(path, file, { person, topic, caption }) {
  if (file.size > LARGEST) {
    toast(t("error.large"), "bad");
    return null;
  }
  const kind = PHOTOS.includes(file.type) ? "photo" : "document";
  const facts = new URLSearchParams({ person, kind, name: file.name, caption });
  if (topic !== null) facts.set("topic", topic);
  return post(`${path}?${facts}`, "application/octet-stream", file);
}

async function post(path, type, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": type }, body });
    const found = await answer.json().catch(() => ({ error: "unknown" }));
    if (answer.ok) return found;
    toast(t(`error.${found.error}`), "bad");
  } catch {
    toast(t("error.gone"), "bad");
  }
  return null;
}

// Listen to the stream; the browser connects anew by itself, and is then told how everything stands.
export function listen(handlers, state) {
  const source = new EventSource("/api/events");
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  }
  source.onopen = () => state(true);
  source.onerror = () => state(false);
}
