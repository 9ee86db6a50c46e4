// Uploads in the import dialog: what was chosen or dropped is listed, sent with progress, and then the import goes on.

import { ask } from "./mentorfy.js";
import { chosen, droppedFiles, Refused, upload } from "./uploads.js";

const drops = new WeakMap(); // by form: what was dropped there
let sending = null;

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
const count = (number) => `${number.toLocaleString("en")} file${number === 1 ? "" : "s"}`;
const weight = (files, largest = Infinity) => files.reduce((sum, { file }) => sum + (file.size > largest ? 0 : file.size), 0);

/** Say what a form would send. */
export function listChosen(form) {
  const files = chosen(form, drops.get(form) ?? []);
  form.querySelector("[data-chosen]").textContent = files.length ? `${count(files.length)}, ${size(weight(files))}` : "";
  form.querySelector("button:not([type])").textContent = files.length ? `Upload ${count(files.length)}` : "Upload";
}

/** Send what a form and the last drops hold; `load`, `complain` and `tell` are the dialog's. */
export async function sendFiles(form, { load, complain, tell }) {
  const files = chosen(form, drops.get(form) ?? []);
  const [most, largest] = [Number(form.dataset.most), Number(form.dataset.largest)];
  if (!files.length) return complain("Choose files or a folder first, or drop them here.");
  if (files.length > most) return complain(`One import takes ${most.toLocaleString("en")} files. Choose a smaller folder.`);
  const part = form.closest("[data-import-part]");
  const board = progressBoard(count(files.length));
  part.replaceChildren(part.querySelector(".import-head"), board.box);
  part.querySelector("#import-title").textContent = "Uploading…";
  part.querySelector("#import-title").focus({ preventScroll: true });
  const total = weight(files, largest);
  const state = { id: null, stop: new AbortController() };
  sending = state;
  board.cancel.addEventListener("click", async () => {
    state.stop.abort();
    const into = state.id && `/imports/${state.id}`;
    if (into) await ask(`/api${into}/cancel`, { method: "POST" }).catch(() => {});
    load(into || "/imports/new");
  });
  try {
    const id = await upload(files, {
      includeRemoved: form.elements.include_removed.checked,
      largest,
      signal: state.stop.signal,
      started: (started) => (state.id = started),
      tell: ({ done, sent, current: name }) => {
        [board.bar.max, board.bar.value] = [Math.max(total, 1), sent];
        board.count.textContent = `${done}/${files.length} uploaded, ${size(sent)} of ${size(total)}`;
        board.name.textContent = name;
      },
    });
    sending = null;
    if (part.isConnected) await load(`/imports/${id}`);
    else tell(`<p><a href="/imports/${id}">Everything is uploaded: see what was found</a></p>`);
  } catch (error) {
    if (state.stop.signal.aborted) return;
    state.stop.abort();
    if (state.id && part.isConnected) await load(`/imports/${state.id}`).catch(() => {});
    complain(error instanceof Refused && error.message ? error.message : "The server does not answer. What was sent is kept; open this import again to go on.");
  } finally {
    if (sending === state) sending = null;
  }
}

function progressBoard(files) {
  const box = document.createElement("div");
  box.className = "import-now";
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "Uploaded");
  const line = document.createElement("p");
  const [number, name] = [document.createElement("span"), document.createElement("span")];
  number.className = "number";
  number.textContent = `0 of ${files} uploaded`;
  name.className = "faint";
  line.append(number, " ", name);
  const end = document.createElement("div");
  end.className = "import-end";
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "plain";
  cancel.textContent = "Cancel the upload";
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = "Keep this page open until all files are sent.";
  end.append(hint, cancel);
  box.append(bar, line, end);
  return { box, bar, count: number, name, cancel };
}

addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (form && event.target.type === "file") listChosen(form);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, async (event) => {
    const zone = event.target.closest?.("[data-import-part]")?.querySelector("[data-drop]");
    if (!zone || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name !== "drop") return;
    const form = zone.closest("form");
    const found = await droppedFiles(event.dataTransfer);
    drops.set(form, [...(drops.get(form) ?? []), ...found]);
    listChosen(form);
  });
}
