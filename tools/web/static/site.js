// A formula that is wider than the page can be moved with the arrow keys, too.
window.addEventListener('load', async () => {
  await window.MathJax?.startup?.promise;
  const formulas = () => document.querySelectorAll('mjx-container[display="true"]');
  const reach = () => formulas().forEach((f) => {
    if (f.scrollWidth > f.clientWidth) f.tabIndex = 0;
    else f.removeAttribute('tabindex');
  });
  reach();
  window.addEventListener('resize', reach);
});

// What a search has found is shown as plain text: without the signs between which a formula stands.
const plain = (text) => text.replace(/\\[()[\]{}]|[{}]|\\(?=[a-zA-Z])/g, '');
const results = () => document.getElementById('search-results');
window.addEventListener('DOMContentLoaded', () => {
  if (!results()) return;
  const clean = (node) => {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const put = plain(texts.currentNode.data);
      if (put !== texts.currentNode.data) texts.currentNode.data = put;
    }
  };
  new MutationObserver((changes) => changes.forEach((c) => c.addedNodes.forEach(clean)))
    .observe(results(), { childList: true, subtree: true });
});
