
"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const [text, rule, shown] = ["text", "rule", "shown"].map((id) => document.getElementById(id));
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const files = [...document.querySelectorAll("details.file")].map((element) => ({
    element,
    articles: [...element.querySelectorAll("article")].map((article) => ({
      article,
      findings: [...article.querySelectorAll(".f")],
    })),
  }));
  const total = files.reduce((n, file) => n + file.articles.reduce((m, a) => m + a.findings.length, 0), 0);

  // The words of each finding are gathered when they are first asked for: in a large page that takes a moment.
  let words = null;
  const gather = () => {
    words = new Map();
    for (const { element, articles } of files) {
      const path = element.querySelector("h3").textContent;
      for (const { article, findings } of articles) {
        const at = article.querySelector(".at").textContent;
        for (const f of findings) words.set(f, `${path}\n${at}\n${f.textContent}`.toLowerCase());
      }
    }
  };

  const apply = () => {
    const wanted = text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length && !words) gather();
    const severities = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    const fits = (f) =>
      severities.has(f.classList[1]) &&
      (rule.value === "" || f.dataset.r === rule.value) &&
      wanted.every((word) => words.get(f).includes(word));
    let count = 0;
    const hits = [];
    for (const { element, articles } of files) {
      const before = count;
      for (const { article, findings } of articles) {
        let some = false;
        for (const f of findings) {
          f.hidden = !fits(f);
          if (!f.hidden) {
            count += 1;
            some = true;
          }
        }
        article.hidden = !some;
      }
      element.hidden = count === before;
      if (!element.hidden) hits.push(element);
    }
    // What little is left is seen without another click.
    if (count < total && count <= 100) for (const element of hits) element.open = true;
    shown.value = count < total ? `${count} of ${total} shown` : `${total} shown`;
  };

  // The address keeps what is asked for, so that it can be passed on: ?text=…&rule=…&severity=…
  const recall = () => {
    const asked = new URLSearchParams(location.search);
    text.value = asked.get("text") ?? "";
    const option = [...rule.options].find((o) => o.value && o.text === asked.get("rule"));
    rule.value = option ? option.value : "";
    const severities = asked.getAll("severity");
    for (const box of boxes) box.checked = !severities.length || severities.includes(box.value);
  };
  const remember = () => {
    const asked = new URLSearchParams();
    if (text.value.trim()) asked.set("text", text.value.trim());
    if (rule.value) asked.set("rule", rule.selectedOptions[0].text);
    if (boxes.some((b) => !b.checked)) for (const b of boxes) if (b.checked) asked.append("severity", b.value);
    const search = asked.toString();
    history.replaceState(null, "", (search ? `?${search}` : location.pathname) + location.hash);
  };

  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      apply();
      remember();
    }, 120);
  };
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  const fold = (open) => () => {
    for (const { element } of files) element.open = open;
  };
  document.getElementById("unfold").addEventListener("click", fold(true));
  document.getElementById("fold").addEventListener("click", fold(false));
  for (const number of document.querySelectorAll("[data-rule]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = number.textContent;
    button.setAttribute("aria-label", `Show the ${number.textContent} findings of this rule`);
    button.addEventListener("click", () => {
      rule.value = number.dataset.rule;
      apply();
      remember();
      document.getElementById("findings").scrollIntoView();
      rule.focus({ preventScroll: true });
    });
    number.replaceWith(button);
  }
  addEventListener("beforeprint", fold(true));
  form.hidden = false;
  recall();
  apply();
})();
