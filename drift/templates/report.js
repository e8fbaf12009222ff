"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const toggle = document.getElementById("toggle");
  const findings = [...document.querySelectorAll(".finding")];
  const groups = ["wire", "source", "accepted"];

  // The text of each finding is cached, because there may be thousands of findings.
  const texts = new Map();
  const contains = (finding, text) => {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding).includes(text);
  };
  form.hidden = false;

  // A group without a checked box does not filter.
  const checkedValues = (group) =>
    [...form.elements].filter((box) => box.name === group && box.checked).map((box) => box.value);

  const apply = () => {
    const filters = groups.map((group) => [group, checkedValues(group)]);
    const text = form.elements.text.value.trim().toLowerCase();
    let count = 0;

    for (const finding of findings) {
      const matches =
        filters.every(([group, values]) => !values.length || values.includes(finding.dataset[group])) &&
        (!text || contains(finding, text));
      finding.hidden = !matches;
      count += matches;
    }

    shown.textContent = `${count} of ${findings.length} findings`;
  };

  // The URL fragment holds the filter, so that a filtered view can be shared.
  const saveFilter = () => {
    const state = new URLSearchParams();
    for (const group of groups) {
      if (checkedValues(group).length) state.set(group, checkedValues(group).join(","));
    }

    if (form.elements.text.value) state.set("text", form.elements.text.value);
    history.replaceState(null, "", `#${state}`);
  };

  const loadFilter = () => {
    const fragment = location.hash.slice(1);
    const finding = findings.find((candidate) => candidate.id === fragment);

    // The fragment can also be the fingerprint of one finding.
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
    saveFilter();
  });

  toggle.addEventListener("click", () => {
    const open = toggle.textContent === "Open all";
    for (const finding of findings) finding.open = open && !finding.hidden;
    toggle.textContent = open ? "Close all" : "Open all";
  });

  addEventListener("hashchange", loadFilter);
  loadFilter();
})();
