/** A script of its own, since only the page of a comparison has it: offers what report.js opens. */

/** @import { OpenReview } from "./page.d.ts" */

import { elementById } from "./focus.js";
import { Review } from "./review.js";

/** @type {OpenReview} */
const openReview = ({ head, words, copier }, live) => new Review(elementById("v-compare"), head, words, copier, live);
Object.assign(globalThis, { openReview });
