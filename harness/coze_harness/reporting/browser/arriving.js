/** Where the reader stands after a step: what has the focus, and what is in sight. */

/** @import { State } from "./hash.js" */
/** @import { Row } from "./list.js" */
/** @import { Arrival } from "./navigation.js" */
/** @import { TrialPane } from "./trial.js" */

// Where the page's head fills the window, a trial is what is looked for.
const NARROW = 640;

/**
 * Return an element that the page is made with.
 * @param {string} id
 */
export function held(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Put focus and scroll where they belong.
 * @param {State} state
 * @param {State} before
 * @param {Arrival} arrival
 * @param {TrialPane} pane
 * @param {Row | undefined} left the row of the trial that was open
 * @param {number} listScroll where the list stood when it was opened
 */
export function arrive(state, before, arrival, pane, left, listScroll) {
  const start = arrival.how === "start";
  if (state.trial) {
    const opened = start || state.trial !== before.trial;
    if (opened) focus(pane.heading);
    if (arrival.scroll !== undefined) return scrollTo(0, arrival.scroll);
    const moved = state.turn !== before.turn || state.expectation !== before.expectation;
    const place = opened || moved ? pane.place(state) : null;
    if (place) {
      if (!opened) focus(place);
      return place.scrollIntoView({ block: "center" });
    }
    if (opened) toView(innerWidth < NARROW);
  } else if (before.trial && !start) {
    scrollTo(0, arrival.how === "back" ? (arrival.scroll ?? listScroll) : listScroll);
    if (left?.shown) {
      left.link.focus({ preventScroll: true });
      left.link.scrollIntoView({ block: "nearest" });
    }
  } else if (arrival.scroll !== undefined) scrollTo(0, arrival.scroll);
  else if (state.view !== before.view) toView();
}

/**
 * Bring the view's beginning into sight, if it was left above.
 * @param {boolean} always also when it is still to come
 */
function toView(always = false) {
  const top = held("tabs").getBoundingClientRect().top + scrollY;
  if (always || scrollY > top) scrollTo(0, top);
}

/** @param {Element | null} element */
function focus(element) {
  if (!(element instanceof HTMLElement)) return;
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
