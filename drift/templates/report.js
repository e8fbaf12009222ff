"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const toggle = document.getElementById("toggle");
  const findings = [...document.querySelectorAll(".finding")];
  const groups = ["wire", "source", "accepted"];
  // What a finding says, read once: there may be thousands.
  const words = new Map();
  const says = (finding, text) => {
    if (!words.has(finding)) words.set(finding, finding.textContent.toLowerCase());
    return words.get(finding).includes(text);
  };
  form.hidden = false;

  // No box of a group ticked: the group does not filter.
  const ticked = (group) =>
    [...form.elements].filter((it) => it.name === group && it.checked).map((it) => it.value);

  const apply = () => {
    const wanted = groups.map((group) => [group, ticked(group)]);
    const text = form.elements.text.value.trim().toLowerCase();
    let count = 0;
    for (const finding of findings) {
      const fits =
        wanted.every(([group, values]) => !values.length || values.includes(finding.dataset[group])) &&
        (!text || says(finding, text));
      finding.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count} of ${findings.length} findings`;
  };

  // The filter is the address's fragment, so that a view can be sent to somebody.
  const remember = () => {
    const state = new URLSearchParams();
    for (const group of groups) {
      if (ticked(group).length) state.set(group, ticked(group).join(","));
    }
    if (form.elements.text.value) state.set("text", form.elements.text.value);
    history.replaceState(null, "", `#${state}`);
  };

  const recall = () => {
    const fragment = location.hash.slice(1);
    const finding = findings.find((it) => it.id === fragment);
    if (finding) {
      form.reset();
      apply();
      finding.open = true;
      finding.querySelector("summary").focus();
      finding.scrollIntoView();
      return;
    }
    const state = new URLSearchParams(fragment);
    for (const box of form.elements) {
      if (groups.includes(box.name)) {
        box.checked = (state.get(box.name) ?? "").split(",").includes(box.value);
      }
    }
    form.elements.text.value = state.get("text") ?? "";
    apply();
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    apply();
    remember();
  });
  toggle.addEventListener("click", () => {
    const open = toggle.textContent === "Open all";
    for (const finding of findings) finding.open = open && !finding.hidden;
    toggle.textContent = open ? "Close all" : "Open all";
  });
  addEventListener("hashchange", recall);
  recall();
})();
