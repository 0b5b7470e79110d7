// Wide tables and code scroll on a phone: let the keyboard reach them too.
const reach = () =>
  document
    .querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code")
    .forEach((box) => box.setAttribute("tabindex", "0"));
new MutationObserver(reach).observe(document.body, { childList: true, subtree: true });
reach();
