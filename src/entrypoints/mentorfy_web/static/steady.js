// The page changes; what somebody looks at stays where it is.

/** Change the page; whatever is looked at stays where it is. */
export function steadily(change) {
  const table = document.getElementById("documents");
  const anchors = table ? anchorsOf(table).map((element) => ({ element, top: element.getBoundingClientRect().top })) : [];
  change();
  const anchor = anchors.find((one) => one.element.isConnected);
  if (anchor) scrollBy(0, anchor.element.getBoundingClientRect().top - anchor.top);
}

/** What must not move: what has the focus where it is seen, or else its row, or else the first row that is seen. */
function anchorsOf(table) {
  const seen = (one) => one.getBoundingClientRect().bottom > 64 && one.getBoundingClientRect().top < innerHeight;
  const focused = document.activeElement;
  const row = focused?.closest?.("#documents tr");
  if (row && seen(row)) return [focused, row];
  if (table.getBoundingClientRect().top > 0) return [];
  return [...table.tBodies[0].rows].filter(seen).slice(0, 1);
}
