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
