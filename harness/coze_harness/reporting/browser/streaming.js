/** A script of its own, since only a page with streamed answers has it: offers what report.js opens. */

/** @import { OpenPlayback } from "./page.d.ts" */

import { Playback } from "./playback.js";

/** @type {OpenPlayback} */
const openPlayback = (report) => new Playback(report);
Object.assign(globalThis, { openPlayback });
