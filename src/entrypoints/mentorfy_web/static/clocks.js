// Countdowns and "3 min ago" go on between two answers of the server; its words are where they begin.

import { steadily } from "./steady.js";

const due = new WeakMap();
const born = performance.now();
const skew = () => Number(document.body.dataset.skew ?? 0);

/** As the server says it: rounded up. */
function inWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return seconds <= 3600 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

function countDown() {
  const words = new Map();
  for (const element of document.querySelectorAll("[data-wait]")) {
    if (!due.has(element)) due.set(element, (document.readyState === "complete" ? performance.now() : born) + 1000 * element.dataset.wait);
    const seconds = Math.ceil((due.get(element) - performance.now()) / 1000);
    words.set(element, seconds > 0 ? `next attempt in ${inWords(seconds)}` : "next attempt as soon as a worker is free");
  }
  put(words);
}

function ago(then, now) {
  const minutes = Math.floor((now - then) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / 1440);
  if (days < 14) return `${days} day${days > 1 ? "s" : ""} ago`;
  return new Date(then).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** Say times in the clock of whoever looks. */
function tellTimes() {
  const words = new Map();
  for (const element of document.querySelectorAll("time[datetime]")) {
    const then = Date.parse(element.dateTime);
    const exactly = new Date(then).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    words.set(element, "clock" in element.dataset ? exactly.slice(-5) : ago(then, Date.now() + skew()));
    if (element.title !== exactly) element.title = exactly;
  }
  put(words);
}

/** Write what differs, all of it at once: longer words may need another line. */
function put(words) {
  const different = [...words].filter(([element, text]) => element.textContent !== text);
  if (different.length) steadily(() => different.forEach(([element, text]) => (element.textContent = text)));
}

/** Look at what has just been put into the page. */
export function refreshClocks() {
  countDown();
  tellTimes();
}

const now = document.querySelector("[data-now]");
if (now) document.body.dataset.skew = Date.parse(now.dataset.now) - Date.now();
refreshClocks();
setInterval(countDown, 1000);
setInterval(tellTimes, 20000);
