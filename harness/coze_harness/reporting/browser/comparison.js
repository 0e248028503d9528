/** A script of its own, since only the page of a comparison has it: offers what report.js opens. */

/** @import { OpenReview } from "./page.d.ts" */

import { Review } from "./review.js";

/** @type {OpenReview} */
const openReview = (...parts) => new Review(...parts);
Object.assign(globalThis, { openReview });
