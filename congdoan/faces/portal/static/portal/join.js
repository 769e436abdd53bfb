// What the join form gains with scripts: a draft on this device alone, a pad to sign on, and a little work in place
// of the sum. Without them the form works as it stands.
"use strict";
(() => {
  const KEY = "congdoan-join";
  const sent = document.querySelector("[data-sent]");
  if (sent) {
    try { localStorage.removeItem(KEY); } catch { /* switched off */ }
    const copy = document.querySelector("[data-copy]");
    document.querySelector("[data-copying]").hidden = false;
    copy.addEventListener("click", async () => {
      // Pages that are not over HTTPS have no clipboard: there what is selected is copied.
      try { await navigator.clipboard.writeText(sent.textContent.trim()); }
      catch { getSelection().selectAllChildren(sent); if (!document.execCommand("copy")) return; }
      copy.textContent = copy.dataset.done;
    });
    return;
  }
  const form = document.querySelector("[data-join]");
  if (!form) return;
  const kept = form.querySelector("[data-kept]");
  // Numbers of papers and the signature never stay on a device that others may use.
  const secret = new Set(["csrfmiddlewaretoken", "mark", "work", "total", "confirm", "identity", "drawn", "scan", "signed", "paper", "digital"]);
  const fields = [...form.elements].filter((item) => item.name && !secret.has(item.name));
  try {
    const draft = JSON.parse(localStorage.getItem(KEY) || "{}");
    if (!form.querySelector(".wrong")) for (const item of fields) if (item.name in draft) {
      if (item.type === "checkbox") { if (!item.name.startsWith("agree_")) item.checked = draft[item.name]; }
      else if (!item.value || item.value === item.options?.[0]?.value || item.name === "nationality") item.value = draft[item.name];
    }
    kept.hidden = !Object.keys(draft).length;
  } catch { localStorage.removeItem(KEY); }
  form.addEventListener("input", () => {
    const draft = {};
    for (const item of fields) draft[item.name] = item.type === "checkbox" ? item.checked : item.value;
    try { localStorage.setItem(KEY, JSON.stringify(draft)); kept.hidden = false; } catch { /* full or switched off */ }
  });
  form.querySelector("[data-forget]").addEventListener("click", () => { localStorage.removeItem(KEY); kept.hidden = true; });

  const pad = form.querySelector(".pad"), canvas = pad.querySelector("canvas"), drawn = form.elements.drawn;
  pad.hidden = false;
  const pen = canvas.getContext("2d");
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#12263f" });
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
  };
  let writing = false;
  canvas.addEventListener("pointerdown", (event) => {
    writing = true; canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...place(event)); event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (writing) { pen.lineTo(...place(event)); pen.stroke(); } });
  const stop = () => { if (writing) { writing = false; drawn.value = canvas.toDataURL("image/png"); } };
  canvas.addEventListener("pointerup", stop);
  canvas.addEventListener("pointercancel", stop);
  if (drawn.value) { const image = new Image(); image.onload = () => pen.drawImage(image, 0, 0); image.src = drawn.value; }
  form.querySelector("[data-clear]").addEventListener("click", () => { pen.clearRect(0, 0, canvas.width, canvas.height); drawn.value = ""; });

  const sends = form.querySelectorAll("[data-send]");
  const still = (is) => { for (const send of sends) send.disabled = is; };
  // Taking the form as a file leaves this page where it is.
  form.addEventListener("submit", (event) => { if (event.submitter?.name !== "paper") setTimeout(() => still(true), 0); });
  // Browsers hash only on pages that nobody can have changed on the way (HTTPS or this machine).
  if (window.crypto && crypto.subtle) (async () => {
    const mark = form.elements.mark.value, bits = Number(form.dataset.bits), words = new TextEncoder();
    for (let n = 0; ; n++) {
      const digest = new DataView(await crypto.subtle.digest("SHA-256", words.encode(`${mark}:${n}`)));
      if (digest.getUint32(0) >>> (32 - bits) === 0) { form.elements.work.value = String(n); break; }
    }
    form.querySelector("[data-sum]").hidden = true;
  })();
  addEventListener("pageshow", () => still(false));
})();
