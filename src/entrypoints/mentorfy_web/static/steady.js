// The page changes; what somebody looks at stays where it is.

const owed = new WeakMap(); // by what stays: how far below its place it is, because a page scrolls by whole pixels

/** Change the page; whatever is looked at stays where it is. */
export function steadily(change) {
  const table = document.getElementById("documents");
  const anchors = table ? anchorsOf(table).map((element) => ({ element, place: topOf(element) - (owed.get(element) ?? 0) })) : [];
  change();
  const anchor = anchors.find((one) => one.element.isConnected);
  if (!anchor) return;
  scrollBy(0, topOf(anchor.element) - anchor.place);
  const rest = topOf(anchor.element) - anchor.place;
  owed.set(anchor.element, Math.abs(rest) < 1 ? rest : 0); // more than a pixel: there the page ends
}

const topOf = (element) => element.getBoundingClientRect().top;

/** What must not move: what has the focus where it is seen, or else its row, or else the first row that is seen. */
function anchorsOf(table) {
  const seen = (one) => one.getBoundingClientRect().bottom > 64 && one.getBoundingClientRect().top < innerHeight;
  const focused = document.activeElement;
  const row = focused?.closest?.("#documents tr");
  if (row && seen(row)) return [focused, row];
  if (table.getBoundingClientRect().top > 0) return [];
  return [...table.tBodies[0].rows].filter(seen).slice(0, 1);
}
