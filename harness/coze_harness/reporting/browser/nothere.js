/** What the page cannot judge exactly as a run would: it says so, and gives no verdict. */

export class NotHereError extends Error {
  /**
   * @param {string} word the key of the sentence that says why
   * @param {Record<string, string>} values
   */
  constructor(word, values = {}) {
    super(word);
    this.word = word;
    this.values = values;
  }
}
