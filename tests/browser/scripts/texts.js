() => {
  const data = 'bdi, code, pre, kbd, time, script, style, option[value=""], dd, .md, .raw, .diff, .msg p, .asks li, .reason, .why,'
    + ' .expected, .actual, td, th[scope=row], .place, .runs a, .strip a, #list a.row > i, .f';
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text && !parent.closest(data) && parent.checkVisibility()) found.push(text);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (!one.checkVisibility() || one.closest('bdi, .md')) continue;
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = one.getAttribute(name);
      if (text) found.push(text);
    }
  }
  return found;
}
