/** Sets focus and scroll position after each step of the reader. */

/** @import { State } from "./hash.js" */
/** @import { Row } from "./list.js" */
/** @import { Arrival } from "./navigation.js" */
/** @import { TrialPane } from "./trial.js" */

// In narrower windows (pixels) the page's header fills the screen, so an opened trial is scrolled to.
const NARROW = 640;

/**
 * Return an element that every page has.
 * @param {string} id
 */
export function elementById(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * Set focus and scroll position for a state.
 * @param {State} state
 * @param {State} before
 * @param {Arrival} arrival
 * @param {TrialPane} pane
 * @param {Row | undefined} leftRow the row of the trial that was open
 * @param {number} listScroll the scroll position of the list when that trial was opened
 */
export function setFocus(state, before, arrival, pane, leftRow, listScroll) {
  const isStart = arrival.how === "start";
  if (state.trial) {
    const isNew = isStart || state.trial !== before.trial;
    if (isNew) focus(pane.heading);
    if (arrival.scroll !== undefined) return scrollTo(0, arrival.scroll);
    const hasMoved = state.turn !== before.turn || state.expectation !== before.expectation;
    const place = isNew || hasMoved ? pane.place(state) : null;
    if (place) {
      if (!isNew) focus(place);
      return place.scrollIntoView({ block: "center" });
    }
    if (isNew) scrollToView(innerWidth < NARROW);
  } else if (before.trial && !isStart) {
    scrollTo(0, arrival.how === "back" ? (arrival.scroll ?? listScroll) : listScroll);
    if (leftRow?.shown) {
      leftRow.link.focus({ preventScroll: true });
      leftRow.link.scrollIntoView({ block: "nearest" });
    }
  } else if (arrival.scroll !== undefined) scrollTo(0, arrival.scroll);
  else if (state.view !== before.view) scrollToView();
}

/**
 * Scroll to the start of the view, if it is above the window.
 * @param {boolean} always also if it is below
 */
function scrollToView(always = false) {
  const top = elementById("tabs").getBoundingClientRect().top + scrollY;
  if (always || scrollY > top) scrollTo(0, top);
}

/** @param {Element | null} element */
function focus(element) {
  if (!(element instanceof HTMLElement)) return;
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
