// Ticked rows: a bar that says how many, retry and remove for all of them, and a way back.

import { ask, say } from "./mentorfy.js";

const form = document.getElementById("chosen");
const all = document.getElementById("all");
const clear = document.getElementById("clear");
const ticks = () => [...document.querySelectorAll("input[name=document]")];
const ticked = () => ticks().filter((tick) => tick.checked);
let last = null;

function count() {
  const number = ticked().length;
  form.classList.toggle("some", number > 0);
  document.getElementById("chosen-count").textContent = number ? `${number} selected` : "";
  if (all) {
    all.checked = number > 0 && number === ticks().length;
    all.indeterminate = number > 0 && !all.checked;
  }
}

/** POST to the API; what a person should know of a failure is said. */
async function post(path, body) {
  const answer = await ask(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

const documents = (number) => `${number} document${number === 1 ? "" : "s"}`;
const changed = () => document.dispatchEvent(new CustomEvent("mentorfy:changed"));

export async function retry(chosen) {
  const told = await post("/api/bulk/retry", { documents: chosen });
  if (told.done.length) say(`${documents(told.done.length)} in line again.`);
  else say("Nothing was tried again: only documents that failed or wait for a retry can be.");
  changed();
}

export async function remove(ids) {
  const told = await post("/api/bulk/remove", { documents: ids });
  say(`Removed ${documents(told.done.length)}.`, { label: "Undo", act: () => restore(told.done) });
  changed();
}

export async function restore(ids) {
  const told = await post("/api/bulk/restore", { documents: ids });
  say(told.refused.length ? `${documents(told.refused.length)} could not be brought back.` : `${documents(told.done.length)} back.`);
  changed();
}

const seen = (value) => ({ id: value.split(".")[0], cycle: Number(value.split(".")[1]) });

async function act(button) {
  if ("retry" in button.dataset) {
    const row = button.closest("tr");
    return retry([{ id: row.id.slice(2), cycle: Number(button.value) }]);
  }
  const chosen = ticked().map((tick) => seen(tick.value));
  if (button.formAction.includes("/content/remove")) return remove(chosen.map((one) => one.id));
  return retry(chosen);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    act(button)
      .catch((error) => say(error.message || "The server does not answer. Nothing was changed."))
      .finally(() => button.removeAttribute("aria-busy"));
  });
  document.getElementById("documents")?.addEventListener("click", (event) => {
    const tick = event.target;
    if (tick.name !== "document") return;
    const between = ticks();
    if (event.shiftKey && last?.isConnected) {
      const [from, to] = [between.indexOf(last), between.indexOf(tick)].sort((a, b) => a - b);
      between.slice(from, to + 1).forEach((each) => (each.checked = tick.checked));
    }
    last = tick;
  });
  document.addEventListener("change", count);
  all?.addEventListener("change", () => {
    ticks().forEach((tick) => (tick.checked = all.checked));
    count();
  });
  clear.addEventListener("click", () => {
    ticks().forEach((tick) => (tick.checked = false));
    count();
  });
  const rows = document.querySelector("#documents tbody");
  if (rows) new MutationObserver(count).observe(rows, { childList: true });
  count();
}
