// Sending files into an import, several at once, each as a request of its own: what was sent is there, whatever follows.

import { ask, headers } from "./mentorfy.js";

const AT_ONCE = 3;
const PAUSES = [1, 2, 4, 8, 15]; // seconds between tries while the server does not answer

/** The files of a form and of what was dropped, each with its path from the folder it was chosen in. */
export const chosen = (form, dropped) => [
  ...[...form.querySelectorAll("input[type=file]")].flatMap((input) =>
    [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })),
  ),
  ...dropped,
];

/** What was dropped, with all that is in dropped folders. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  for (const entry of entries) await collect(entry, "", found);
  return found;
}

async function collect(entry, folder, found) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (file) found.push({ file, path });
    return;
  }
  const reader = entry.createReader();
  const some = () => new Promise((done) => reader.readEntries(done, () => done([])));
  for (let read = await some(); read.length; read = await some()) {
    for (const inner of read) await collect(inner, `${path}/`, found);
  }
}

/** A refusal of the server, in its words. */
export class Refused extends Error {}

/** Start an import, send the files, finish it; return its id. `tell` hears ({ done, sent, current }). */
export async function upload(files, { includeRemoved, largest, started, tell, signal }) {
  const body = JSON.stringify({ source: "upload", include_removed: includeRemoved });
  const job = await json("/api/imports", { method: "POST", body, signal });
  started(job.id);
  const waiting = [...files];
  const under = new Map();
  let done = 0;
  let sent = 0;
  const progress = (one) => tell({ done, sent: sent + [...under.values()].reduce((a, b) => a + b, 0), current: one.path });
  const lane = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      progress(one);
      await put(job.id, one, largest, signal, (bytes) => {
        under.set(one, bytes);
        progress(one);
      });
      under.delete(one);
      sent += one.file.size > largest ? 0 : one.file.size;
      done += 1;
      progress(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await json(`/api/imports/${job.id}/finish`, { method: "POST", signal });
  return job.id;
}

async function json(path, options) {
  const answer = await patiently(async () => {
    const response = await ask(path, options);
    return { status: response.status, value: await response.json() };
  }, options.signal);
  return answer.value;
}

async function put(id, { file, path }, largest, signal, tell) {
  const query = new URLSearchParams({ path, size: file.size });
  const body = file.size > largest ? null : file; // too large: only its name is sent, and the plan says why
  await patiently(() => send(`/api/imports/${id}/files?${query}`, body, signal, tell), signal);
}

/** Ask again while nobody answers; a refusal is final. */
async function patiently(attempt, signal) {
  for (let tried = 0; ; tried += 1) {
    const answer = await attempt().catch((error) => {
      if (signal.aborted || tried >= PAUSES.length) throw error;
      return null;
    });
    if (answer && answer.status < 400) return answer;
    if (answer && (answer.status < 500 || tried >= PAUSES.length)) throw new Refused(answer.value?.detail ?? "");
    await new Promise((done) => setTimeout(done, PAUSES[tried] * 1000));
    signal.throwIfAborted();
  }
}

const send = (path, body, signal, tell) =>
  new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
    const abort = () => request.abort();
    signal.addEventListener("abort", abort);
    request.open("PUT", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => tell(event.loaded);
    request.onload = () => done({ status: request.status, value: request.response });
    request.onerror = request.onabort = () => failed(new Error("no answer"));
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.send(body);
  });
