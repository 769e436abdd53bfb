/* What the screens of congdoan do in the browser. No framework, no inline script, no eval.
   Everything hangs on data attributes and delegated events, so that it works on what htmx brings in too. */
(() => {
  "use strict";

  const here = document.currentScript;
  const echartsUrl = here ? here.dataset.echarts : "";
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  /* ---- numbers as they are written in Vietnamese ---- */
  const plain = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });
  const number = (value) => (value === null || value === undefined || value === "-" ? "—" : plain.format(value).replace("-", "−"));
  const formatters = {
    "@number": number,
    "@percent": (value) => (value === null || value === undefined || value === "-" ? "—" : share.format(value * 100).replace("-", "−") + "%"),
    "@signed": (value) => (value > 0 ? "+" : "") + number(value),
  };
  const withFormatters = (node, key) => {
    if (typeof node === "string" && node in formatters) {
      const format = formatters[node];
      // ECharts hands a label its parameters, an axis or tooltip the bare value.
      return (given) => format(given !== null && typeof given === "object" ? given.value : given);
    }
    if (Array.isArray(node)) return node.map((item) => withFormatters(item, key));
    if (node && typeof node === "object") {
      for (const name of Object.keys(node)) node[name] = withFormatters(node[name], name);
    }
    return node;
  };

  /* ---- charts: <div data-chart="ID"> draws the options in <script type="application/json" id="ID"> ---- */
  let echartsLoading = null;
  const loadEcharts = () => {
    if (!echartsLoading) {
      echartsLoading = new Promise((resolve, reject) => {
        if (window.echarts) return resolve(window.echarts);
        const script = document.createElement("script");
        script.src = echartsUrl;
        script.onload = () => resolve(window.echarts);
        script.onerror = reject;
        document.head.appendChild(script);
      });
    }
    return echartsLoading;
  };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const charts = new Map();
  const resizer = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const drawn = charts.get(entry.target);
      // A place that is hidden for a moment has no width; drawing into that would squeeze the picture.
      if (drawn && entry.contentRect.width > 0) drawn.resize();
    }
  });
  const drawCharts = (root) => {
    const places = all("[data-chart]", root).filter((place) => !charts.has(place));
    if (root.matches && root.matches("[data-chart]") && !charts.has(root)) places.push(root);
    if (!places.length || !echartsUrl) return;
    Promise.all([loadEcharts(), document.fonts ? document.fonts.ready : null]).then(([echarts]) => {
      for (const place of places) {
        const source = byId(place.dataset.chart);
        if (!source || !place.isConnected || charts.has(place)) continue;
        const { media, ...base } = withFormatters(JSON.parse(source.textContent));
        if (calm) base.animation = false;
        const drawn = echarts.init(place, null, { renderer: "svg" });
        drawn.setOption(media ? { baseOption: base, media } : base);
        charts.set(place, drawn);
        resizer.observe(place);
      }
    }).catch(() => {
      // The table behind the picture still says everything.
      for (const place of places) {
        const table = place.parentElement && place.parentElement.querySelector("details.chart-table");
        if (table) table.open = true;
        place.hidden = true;
      }
    });
  };
  const forgetCharts = () => {
    for (const [place, drawn] of charts) {
      if (!place.isConnected) {
        resizer.unobserve(place);
        drawn.dispose();
        charts.delete(place);
      }
    }
  };

  /* ---- toasts ---- */
  const dismiss = (toast) => toast.remove();
  const armToast = (toast) => {
    if (toast.dataset.armed) return;
    toast.dataset.armed = "1";
    // What went wrong stays until it is closed; the rest goes, unless someone is reading it.
    if (["error", "bad", "warning", "warn"].includes(toast.dataset.tone)) return;
    let timer = setTimeout(() => dismiss(toast), 7000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => { timer = setTimeout(() => dismiss(toast), 3000); });
  };
  const toast = (text, tone = "info") => {
    const template = byId("toast-template");
    const box = byId("toasts");
    if (!template || !box) return;
    const made = template.content.firstElementChild.cloneNode(true);
    made.className = `notice notice-${tone} toast`;
    made.dataset.tone = tone;
    made.querySelector("div").textContent = text;
    if (tone === "bad") made.setAttribute("role", "alert");
    box.appendChild(made);
    armToast(made);
  };

  /* ---- data-unsaved: whoever leaves a large form with something typed is asked first ---- */
  let unsaved = null;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) unsaved = form;
  });
  document.addEventListener("submit", (event) => { if (event.target === unsaved) unsaved = null; });
  addEventListener("beforeunload", (event) => {
    if (!unsaved || !unsaved.isConnected) return;
    event.preventDefault();
    // Who stays may press the button again.
    setTimeout(() => all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      all(".is-busy", form).forEach((button) => button.classList.remove("is-busy"));
    }), 500);
  });

  /* ---- confirming: data-confirm on a form, button or link; hx-confirm too ---- */
  const confirmDialog = byId("confirm-dialog");
  const ask = (text, label, danger) => new Promise((resolve) => {
    if (!confirmDialog || !confirmDialog.showModal) return resolve(window.confirm(text));
    byId("confirm-text").textContent = text;
    const yes = byId("confirm-yes");
    yes.textContent = label || "Đồng ý";
    yes.className = danger ? "btn btn-danger" : "btn btn-primary";
    confirmDialog.returnValue = "";
    confirmDialog.addEventListener("close", () => resolve(confirmDialog.returnValue === "yes"), { once: true });
    confirmDialog.showModal();
  });
  const agreed = new WeakSet();
  document.addEventListener("click", (event) => {
    const asker = event.target.closest("a[data-confirm], button[data-confirm], input[data-confirm]");
    if (!asker || agreed.has(asker)) return;
    event.preventDefault();
    event.stopPropagation();
    ask(asker.dataset.confirm, asker.dataset.confirmLabel, "confirmDanger" in asker.dataset).then((yes) => {
      if (!yes) return;
      agreed.add(asker);
      asker.click();
      agreed.delete(asker);
    });
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !agreed.has(form)) {
      event.preventDefault();
      event.stopPropagation();
      const submitter = event.submitter;
      ask(form.dataset.confirm, form.dataset.confirmLabel, "confirmDanger" in form.dataset).then((yes) => {
        if (!yes) return;
        agreed.add(form);
        form.requestSubmit(submitter || undefined);
        agreed.delete(form);
      });
    }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.method === "get" && "cleanUrl" in form.dataset) {
      for (const input of all("input, select", form)) if (input.name && input.value === "") input.disabled = true;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      // Two presses must not send twice. The button is marked, not disabled: its name and value are sent.
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      if (event.submitter) event.submitter.classList.add("is-busy");
      setTimeout(() => { delete form.dataset.sent; }, 8000);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-sent]").forEach((form) => delete form.dataset.sent);
    all(".is-busy").forEach((button) => button.classList.remove("is-busy"));
    all("form[data-clean-url] :disabled").forEach((input) => { input.disabled = false; });
  });

  /* ---- navigation on a narrow screen ---- */
  const setNav = (open) => {
    document.body.classList.toggle("nav-is-open", open);
    const opener = document.querySelector("[data-nav-open]");
    if (opener) opener.setAttribute("aria-expanded", String(open));
    const main = document.querySelector(".frame-main");
    if (main) main.inert = open;
    if (open) {
      const first = document.querySelector("#side [aria-current], #side a");
      if (first) first.focus();
    } else if (opener && opener.offsetParent) opener.focus();
  };

  /* ---- selecting rows ---- */
  const countSelected = (form) => {
    const boxes = all("[data-select]", form);
    const chosen = boxes.filter((box) => box.checked);
    const bar = form.querySelector("[data-bulk-bar]");
    const head = form.querySelector("[data-select-all]");
    for (const box of boxes) box.closest("tr").classList.toggle("is-selected", box.checked);
    if (head) {
      head.checked = boxes.length > 0 && chosen.length === boxes.length;
      head.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    if (bar) {
      bar.hidden = chosen.length === 0;
      bar.querySelector("[data-bulk-count]").textContent = `Đã chọn ${number(chosen.length)}`;
    }
  };
  let lastBox = null;

  /* ---- clicks ---- */
  document.addEventListener("click", (event) => {
    const target = event.target;
    for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;

    const close = target.closest(".toast-close");
    if (close) return dismiss(close.closest(".toast"));
    if (target.closest("[data-nav-open]")) return setNav(true);
    if (target.closest("[data-nav-close]")) return setNav(false);

    const toggle = target.closest("[data-toggle]");
    if (toggle) {
      const open = byId(toggle.dataset.toggle).classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
      return;
    }
    const opener = target.closest("[data-dialog]");
    if (opener) {
      const dialog = byId(opener.dataset.dialog);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
      return;
    }
    if (target.closest("[data-dialog-close]")) return target.closest("dialog").close();
    if (target.matches("dialog")) return target.close();
    if (target.closest("[data-print]")) return window.print();
    const adder = target.closest("[data-add-row]");
    if (adder) return addRow(adder.closest("[data-rows]"));
    const copy = target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => toast("Đã sao chép.", "good"));
      return;
    }
    const none = target.closest("[data-select-none]");
    if (none) {
      const form = none.closest("[data-bulk]");
      all("[data-select]", form).forEach((box) => { box.checked = false; });
      return countSelected(form);
    }
    if (target.matches("[data-select]")) {
      const form = target.closest("[data-bulk]");
      if (event.shiftKey && lastBox && form && form.contains(lastBox)) {
        const boxes = all("[data-select]", form);
        const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(target)].sort((a, b) => a - b);
        boxes.slice(from, to + 1).forEach((box) => { box.checked = target.checked; });
      }
      lastBox = target;
    }
  });
  // Several choices travel as one parameter, parted by commas. Captured, so that it stands before htmx reads the form.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-multi]")) return;
    const group = event.target.closest(".filter-options");
    group.querySelector("[data-multi-value]").value = all("[data-multi]:checked", group).map((box) => box.value).join(",");
  }, true);
  document.addEventListener("change", (event) => {
    const target = event.target;
    const form = target.closest("[data-bulk]");
    if (form && target.matches("[data-select-all]")) {
      all("[data-select]", form).forEach((box) => { box.checked = target.checked; });
    }
    if (form && target.matches("[data-select], [data-select-all]")) countSelected(form);

    const filter = target.closest("[data-filter]");
    if (filter) {
      const chosen = all("input:checked", filter).filter((input) => input.value !== "").length
        || all("input[name]:not([type=radio], [type=checkbox], [type=hidden])", filter).filter((input) => input.value).length;
      filter.querySelector(".filter-count").textContent = chosen || "";
      if (target.type === "radio") filter.open = false;
    }
    if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
  });

  // One more input of a field that takes several things: a copy of the last one, empty, with names of its own.
  const addRow = (rows) => {
    const last = all("[data-row]", rows).pop();
    const made = last.cloneNode(true);
    const input = made.querySelector("input");
    const list = made.querySelector("datalist");
    const id = `${rows.querySelector("input").id}_more_${all("[data-row]", rows).length}`;
    input.id = id;
    input.value = "";
    if (list) {
      list.id = `${id}_suggestions`;
      list.replaceChildren();
      input.setAttribute("list", list.id);
      input.setAttribute("hx-target", `#${list.id}`);
    }
    last.after(made);
    if (window.htmx) window.htmx.process(made);
    input.focus();
  };
  /* ---- days: dd/mm/yyyy in every browser; the calendar is borrowed from a date input beside the box ---- */
  const twoDigits = (value) => String(value).padStart(2, "0");
  // The day a text means as "2026-11-18"; "" for an empty text, null for what is no day. Reads what the server reads.
  const readDay = (text) => {
    const typed = text.trim();
    if (!typed) return "";
    let match = /^(\d{1,2}) ?[/.\- ] ?(\d{1,2}) ?[/.\- ] ?(\d{4}|\d{2})$/.exec(typed);
    let parts = match && [match[3], match[2], match[1]];
    if (!parts && (match = /^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$/.exec(typed))) parts = match.slice(1);
    if (!parts && /^\d{8}$/.test(typed)) {
      const yearFirst = typed >= "1900" && typed < "2101" && Number(typed.slice(4, 6)) >= 1 && Number(typed.slice(4, 6)) <= 12;
      parts = yearFirst
        ? [typed.slice(0, 4), typed.slice(4, 6), typed.slice(6)]
        : [typed.slice(4), typed.slice(2, 4), typed.slice(0, 2)];
    }
    if (!parts) return null;
    let [year, month, day] = parts.map(Number);
    if (parts[0].length === 2) year += year >= 50 ? 1900 : 2000;
    const made = new Date(Date.UTC(year, month - 1, day));
    const exists = made.getUTCFullYear() === year && made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
    return exists && year >= 1900 && year <= 2100 ? `${year}-${twoDigits(month)}-${twoDigits(day)}` : null;
  };
  const writeDay = (iso) => iso.split("-").reverse().join("/");
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-day]")) event.target.setCustomValidity("");
  });
  // Captured, so that the box is tidy before a form that listens to changes reads it.
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches("[data-day-picker]")) {
      event.stopPropagation();
      const box = target.parentElement.querySelector("[data-day]");
      if (!target.value) return;
      box.value = writeDay(target.value);
      box.setCustomValidity("");
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.dispatchEvent(new Event("change", { bubbles: true }));
      box.focus();
    } else if (target.matches("[data-day]")) {
      const day = readDay(target.value);
      if (day) target.value = writeDay(day);
      target.setCustomValidity(day === null ? `“${target.value}” không phải là ngày. Hãy viết ngày/tháng/năm, ví dụ 18/11/2026.` : "");
      if (day === null) target.reportValidity();
    }
  }, true);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-day-open]");
    if (!opener) return;
    const picker = opener.parentElement.querySelector("[data-day-picker]");
    picker.value = readDay(opener.parentElement.querySelector("[data-day]").value) || "";
    try { picker.showPicker(); } catch { picker.focus(); }
  });

  /* ---- keyboard: / to search, Escape closes ---- */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = all("details.menu[open]").pop();
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
      if (document.body.classList.contains("nav-is-open")) setNav(false);
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = byId("list-search") || document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
  });

  /* ---- htmx ---- */
  const errorWords = (status) => {
    if (status === 0) return "Không nối được máy chủ. Kiểm tra mạng rồi thử lại; chưa có gì được gửi.";
    if (status === 401) return "Phiên đăng nhập đã hết. Hãy tải lại trang và đăng nhập lại.";
    if (status === 403) return "Bạn chưa có quyền làm việc này, hoặc trang mở đã lâu. Hãy tải lại trang.";
    if (status === 404) return "Không tìm thấy. Hồ sơ có thể đã được gộp hoặc nằm ngoài phạm vi của bạn.";
    if (status === 413) return "Tệp quá lớn. Hãy chia nhỏ tệp rồi gửi lại.";
    if (status === 429) return "Quá nhiều lần thử. Hãy đợi ít phút rồi thử lại.";
    return "Hệ thống gặp lỗi, việc này chưa được lưu. Hãy thử lại sau ít phút.";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
    if (event.detail.elt.closest && event.detail.elt.closest("[data-clean-url]")) {
      const parameters = event.detail.parameters;
      for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
    }
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => { if (yes) event.detail.issueRequest(true); });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A form sent back with its errors (422) is shown like any other answer.
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const words = event.detail.xhr.getResponseHeader("X-Message");
    toast(words ? decodeURIComponent(words) : errorWords(event.detail.xhr.status), "bad");
  });
  document.addEventListener("htmx:sendError", () => toast(errorWords(0), "bad"));
  document.addEventListener("htmx:timeout", () => toast("Máy chủ trả lời quá lâu. Hãy thử lại, hoặc lọc hẹp hơn.", "bad"));
  // HX-Trigger: {"toast": {"text": "…", "tone": "good"}}
  document.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value, event.detail.tone));

  const prepare = (root) => {
    drawCharts(root);
    all(".toast", root).forEach(armToast);
    all("[data-bulk]", root).forEach(countSelected);
    const focus = root.querySelector ? root.querySelector("[data-focus]") : null;
    if (focus) focus.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => { forgetCharts(); prepare(event.detail.elt); });

  /* ---- paper: the body's name and the day stand in the margins of each page ---- */
  const { printOwner, printAsOf } = document.body.dataset;
  const quoted = (text) => `"${(text || "").replace(/["\\\n]/g, " ")}"`;
  const rootStyle = document.documentElement.style;
  if (printOwner) rootStyle.setProperty("--print-owner", quoted(printOwner));
  if (printAsOf) rootStyle.setProperty("--print-as-of", quoted(`Số liệu tại ${printAsOf}`));
  window.addEventListener("beforeprint", () => charts.forEach((drawn) => drawn.resize()));
  window.addEventListener("afterprint", () => charts.forEach((drawn) => drawn.resize()));

  const start = () => prepare(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();

  window.congdoan = { toast, ask };
})();
