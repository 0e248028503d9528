/** A script of its own, since a page without trials does not have it: offers what report.js opens. */

/** @import { OpenPlayground } from "./page.d.ts" */

import { Playground } from "./playground.js";

/** @type {OpenPlayground} */
const openPlayground = (report) => new Playground(report);
Object.assign(globalThis, { openPlayground });
