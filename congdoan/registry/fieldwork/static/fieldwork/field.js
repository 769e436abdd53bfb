// A surveyor's employers and answers, kept on the device: it works without a network and sends later. Each answer has a key
// of its own, so that the server takes it once however often it is sent. What is typed and not yet saved is kept as the
// draft of its task, until it is saved or thrown away. What belongs to one user is never shown to another.
"use strict";
(() => {
  const body = document.body, data = body.dataset, one = (name) => document.querySelector(`[data-${name}]`);
  const form = one("form"), rows = one("rows"), TEXTS = ["surveyed_on", "workers", "women", "foreign", "seasonal", "sector", "contracts", "wages", "representation", "note", "insured", "attitude", "contacts", "remarks", "place"];
  let base, me = null, items = [], answers = [], drafts = [], open = null, photo = null, sending = false, later = 0;

  // --- The device -------------------------------------------------------------------------------
  const settled = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
  const started = () => new Promise((done, fail) => {
    const request = indexedDB.open("congdoan-field", 2), stores = { lists: "user", answers: "client_key", drafts: ["user", "task_id"] };
    request.onupgradeneeded = () => { for (const [name, keyPath] of Object.entries(stores)) if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath }); };
    request.onblocked = () => say("Trang này đang mở ở một thẻ khác với bản cũ. Hãy đóng thẻ đó.", true);
    request.onsuccess = () => { request.result.onversionchange = () => { request.result.close(); say("Trang này đã có bản mới. Hãy tải lại trang.", true); }; done(request.result); };
    request.onerror = () => fail(request.error);
  });
  const store = (name, mode = "readonly") => base.transaction(name, mode).objectStore(name);
  const put = (name, value) => settled(store(name, "readwrite").put(value));
  const all = (name) => settled(store(name).getAll());
  // The answer is kept and its draft is gone, both or neither.
  const saved = (answer) => new Promise((done, fail) => {
    const both = base.transaction(["answers", "drafts"], "readwrite");
    both.oncomplete = done; both.onabort = () => fail(both.error);
    both.objectStore("answers").put(answer); both.objectStore("drafts").delete([answer.user, answer.task_id]);
  });
  const drop = (name, key) => settled(store(name, "readwrite").delete(key));

  const say = (words, bad = false) => { const box = one("say"); box.textContent = words; box.hidden = !words; box.classList.toggle("bad", bad); };
  const newKey = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const plain = (words) => words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  const today = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10); };
  const shownDay = (iso) => iso.split("-").reverse().join("/");
  // 25/11/2026, 25-11-2026, 25112026 and 2026-11-25 as 2026-11-25; "" for what is no day.
  const dayOf = (words) => {
    const found = words.match(/^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})$/) || words.match(/^(\d{2})(\d{2})(\d{4})$/), iso = words.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
    const [year, month, day] = found ? [found[3], found[2], found[1]] : iso ? iso.slice(1) : [];
    if (!year) return "";
    const real = new Date(Date.UTC(year, month - 1, day)), text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    return !isNaN(real) && real.toISOString().slice(0, 10) === text ? text : "";
  };
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ".");

  // --- What is to be done -----------------------------------------------------------------------
  async function fetched() {
    let answer;
    try { answer = await fetch(data.items, { redirect: "manual", cache: "no-store" }); } catch { return; }
    if (answer.type === "opaqueredirect" || answer.status === 401) return signIn();
    if (!answer.ok) return say("Chưa tải được danh sách mới; danh sách trên máy vẫn dùng được.", true);
    const fresh = await answer.json();
    // Somebody else signed in meanwhile: what the first has half written stays theirs.
    if (open && open.user !== fresh.user) { await keep(); back(); history.replaceState(null, "", location.pathname); }
    const kept = (await all("lists")).filter((list) => list.user !== fresh.user);
    for (const list of kept) await put("lists", { ...list, last: false });
    await put("lists", { ...fresh, last: true });
    ({ user: me, items } = fresh);
    await load();
  }
  function signIn() {
    say("Phiên đăng nhập đã hết. Phiếu vẫn còn trên máy. ", true);
    const link = document.createElement("a");
    link.href = data.login; link.textContent = "Đăng nhập lại để gửi";
    one("say").append(link);
  }
  async function load() {
    [answers, drafts] = (await Promise.all([all("answers"), all("drafts")])).map((rows) => rows.filter((row) => row.user === me));
    draw();
  }
  const answerOf = (item) => answers.filter((answer) => answer.task_id === item.id).sort((a, b) => a.kept_at - b.kept_at).pop();
  const draftOf = (item) => drafts.find((draft) => draft.task_id === item.id);
  const waiting = () => answers.filter((answer) => !answer.sent && !answer.problems);
  const wrongOnes = () => answers.filter((answer) => !answer.sent && answer.problems);
  // Also what is no longer given to the user, as long as something of it is on the device: it can still be mended and sent.
  const listed = () => {
    const seen = new Set(items.map((item) => item.id)), more = [];
    for (const { about } of [...drafts, ...answers.filter((answer) => !answer.sent)]) if (about && !seen.has(about.id)) { seen.add(about.id); more.push(about); }
    return [...items, ...more];
  };
  function state(item) {
    const answer = answerOf(item), problems = answer && answer.problems ? Object.values(answer.problems).join(" ") || "Hãy mở phiếu và lưu lại." : "";
    if (draftOf(item)) return ["draft", "Đang viết dở", problems];
    if (problems) return ["wrong-mark", "Cần sửa", problems];
    if (answer && !answer.sent) return ["kept", "Trên máy", ""];
    if (answer && answer.sent) return answer.sent.why ? ["kept", answer.sent.words, answer.sent.why] : ["sent", "Đã gửi", ""];
    return item.done ? ["sent", "Đã gửi", ""] : ["", "Chưa làm", ""];
  }
  function draw() {
    const typed = plain(one("find").value).split(/\s+/).filter(Boolean);
    const every = listed(), shown = every.filter((item) => { const text = plain(`${item.name} ${item.address} ${item.place} ${item.tax_code}`); return typed.every((word) => text.includes(word)); });
    const left = items.filter((item) => !item.done && !answerOf(item)).length, kept = waiting().length, wrongs = wrongOnes().length;
    one("sum").textContent = items.length ? `Còn ${left} trên ${items.length} doanh nghiệp` : "";
    one("waiting").textContent = kept ? `${kept} phiếu trên máy chờ gửi` : "";
    one("wrongs").textContent = wrongs ? `${wrongs} phiếu cần sửa` : "";
    one("send-now").hidden = !kept;
    one("empty").hidden = every.length > 0;
    // An employer of several rounds stands there once for each: the round tells them apart.
    const times = {};
    for (const item of every) times[item.name] = (times[item.name] || 0) + 1;
    rows.replaceChildren(...shown.slice(0, 300).map((item) => {
      const [tone, words, why] = state(item), li = document.createElement("li"), button = document.createElement("button");
      const text = document.createElement("span"), name = document.createElement("strong"), place = document.createElement("span"), mark = document.createElement("span");
      button.type = "button"; button.dataset.task = item.id; text.className = "words"; place.className = "quiet"; mark.className = `mark ${tone}`;
      name.textContent = item.name; place.textContent = [item.address, item.place].filter(Boolean).join(", "); mark.textContent = words;
      text.append(name, place);
      if (times[item.name] > 1) { const round = document.createElement("span"); round.className = "quiet round"; round.textContent = `Đợt: ${item.round}`; text.append(round); }
      if (why) { const reason = document.createElement("span"); reason.className = "why"; reason.textContent = why; text.append(reason); }
      button.append(text, mark); button.addEventListener("click", () => fill(item)); li.append(button);
      return li;
    }));
    const off = !navigator.onLine, net = one("net");
    net.textContent = off ? "Không có mạng" : "Có mạng"; net.classList.toggle("off", off);
  }

  // --- One answer -------------------------------------------------------------------------------
  function wrong(problems) {
    for (const old of form.querySelectorAll(".wrong")) old.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); }
    let first = null;
    for (const [name, words] of Object.entries(problems || {})) {
      const input = name && form.elements[name];
      if (!input) { say(words, true); continue; }
      const note = document.createElement("span");
      note.className = "wrong"; note.id = `wrong-${name}`; note.textContent = words;
      input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", note.id); input.after(note);
      first = first || input;
    }
    if (first) first.focus();
  }
  const written = () => Object.fromEntries(TEXTS.map((name) => [name, form.elements[name].value]));
  // What of a task is on the device and was not sent: the answer that a correction takes the place of.
  const unsentOf = (item) => { const answer = answerOf(item); return answer && !answer.sent ? answer : null; };
  function fill(item) {
    const before = unsentOf(item), draft = draftOf(item);
    form.reset();
    form.elements.surveyed_on.value = shownDay(today()); form.elements.sector.value = item.sector || "";
    if (before) for (const name of TEXTS) form.elements[name].value = (name === "surveyed_on" ? shownDay(before[name]) : before[name]) ?? "";
    photo = before ? before.photo : null;
    // What the figures were gathered against is what the register said when they were begun.
    open = { item, user: me, mark: draft ? draft.mark : before ? before.mark : item.mark, start: written(), photo, saving: false };
    if (draft) { for (const name of TEXTS) form.elements[name].value = draft[name]; photo = draft.photo; }
    one("draft").hidden = !draft;
    one("name").textContent = item.name;
    one("about").textContent = [item.address, item.place, item.tax_code && `MST ${item.tax_code}`, item.workers !== null && `trong sổ: ${grouped(item.workers)} lao động, ngày ${item.workers_on}`].filter(Boolean).join(" · ");
    one("hint").textContent = item.note; one("hint").hidden = !item.note;
    one("photo-row").hidden = !item.photo;
    one("photo-words").textContent = photo ? "Đã có ảnh trên máy." : "";
    one("list").hidden = true; form.hidden = false;
    say(""); wrong(before && before.problems); scrollTo(0, 0);
    if (location.hash !== "#phieu") history.pushState(null, "", "#phieu");
  }
  // Keeps what stands in the form as the draft of its task; what is as it was opened is none.
  async function keep() {
    clearTimeout(later);
    if (!open || open.saving) return;
    const { item, user, mark, start } = open, values = written();
    const same = photo === open.photo && TEXTS.every((name) => values[name] === start[name]);
    try {
      if (same) await drop("drafts", [user, item.id]);
      else await put("drafts", { ...values, user, task_id: item.id, about: item, mark, photo, kept_at: Date.now() });
    } catch { say("Máy không còn chỗ để giữ phần đang viết. Hãy giải phóng bộ nhớ rồi lưu phiếu.", true); }
  }
  const keepSoon = () => { clearTimeout(later); later = setTimeout(keep, 300); };
  form.addEventListener("input", keepSoon);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
  addEventListener("pagehide", keep);
  one("discard").addEventListener("click", async () => {
    if (!open || !confirm("Bỏ phần vừa ghi của phiếu này?")) return;
    const { item, user } = open;
    clearTimeout(later); open.saving = true;
    await drop("drafts", [user, item.id]);
    await load();
    fill(item); one("back").focus();
  });
  function back() { open = null; form.hidden = true; one("list").hidden = false; draw(); scrollTo(0, 0); }
  one("back").addEventListener("click", () => history.back());
  addEventListener("popstate", () => { if (!form.hidden) { const kept = keep(); back(); kept.then(load); } });
  // Opened anew, the page begins with the list, wherever it was left.
  if (location.hash) history.replaceState(null, "", location.pathname);

  function problemsOf(values, item) {
    const found = {}, number = {};
    for (const [name, label] of [["workers", "lao động"], ["women", "nữ"], ["foreign", "nước ngoài"], ["seasonal", "thời vụ"], ["contracts", "đã ký hợp đồng"], ["insured", "tham gia bảo hiểm"]]) {
      const typed = values[name].replace(/[.\s]/g, "");
      if (typed && !/^\d{1,7}$/.test(typed)) found[name] = `Số ${label} phải là số nguyên từ 0.`;
      else { values[name] = typed; number[name] = typed ? Number(typed) : null; }
    }
    if (number.workers === null && !found.workers) found.workers = "Hãy ghi tổng số lao động.";
    for (const [name, label] of [["women", "nữ"], ["foreign", "nước ngoài"], ["seasonal", "thời vụ"], ["contracts", "đã ký hợp đồng"], ["insured", "tham gia bảo hiểm"]])
      if (number[name] != null && number.workers != null && number[name] > number.workers && !found[name]) found[name] = `Số ${label} lớn hơn tổng số lao động (${number.workers}).`;
    const day = dayOf(values.surveyed_on);
    if (!day) found.surveyed_on = "Hãy ghi ngày khảo sát như 25/11/2026.";
    else values.surveyed_on = day;
    if (!day) return found;
    if (values.surveyed_on > today()) found.surveyed_on = "Ngày khảo sát chưa tới.";
    else if (values.surveyed_on < item.from_on) found.surveyed_on = `Đợt bắt đầu ngày ${shownDay(item.from_on)}.`;
    return found;
  }
  form.elements.photo.addEventListener("change", async () => {
    const file = form.elements.photo.files[0];
    if (!file) return;
    try {
      const picture = await createImageBitmap(file), scale = Math.min(1, 1280 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale); canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      // Drawn anew, the picture has lost where and with what it was taken.
      photo = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
      one("photo-words").textContent = "Đã có ảnh trên máy.";
      keepSoon();
    } catch { photo = null; one("photo-words").textContent = "Không đọc được ảnh này; hãy chụp lại."; }
  });
  one("locate").addEventListener("click", () => {
    const words = one("place-words");
    words.textContent = "Đang lấy vị trí…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { form.elements.place.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`; keepSoon(); words.textContent = `Sai số khoảng ${Math.round(coords.accuracy)} m.`; },
      () => { words.textContent = "Máy không cho lấy vị trí. Có thể ghi tay hai số từ bản đồ, hoặc để trống."; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!open || open.saving) return;
    const { item, user, mark } = open, values = Object.fromEntries(TEXTS.map((name) => [name, form.elements[name].value.trim()]));
    const found = problemsOf(values, item);
    wrong(found);
    if (Object.keys(found).length) return;
    clearTimeout(later); open.saving = true;
    // A corrected answer keeps its key: it was not taken yet. After it was taken, what follows is a new one.
    const before = unsentOf(item);
    const kept = { ...values, client_key: before ? before.client_key : newKey(), user, task_id: item.id, about: item, mark, photo, kept_at: Date.now(), sent: null, problems: null };
    try { await saved(kept); } catch { if (open) open.saving = false; return say("Máy không còn chỗ để giữ phiếu. Hãy giải phóng bộ nhớ rồi lưu lại.", true); }
    open = null;
    await load();
    history.back();
    say(navigator.onLine ? "Đã lưu phiếu." : "Đã lưu phiếu trên máy; sẽ gửi khi có mạng.");
    sendAll();
  });

  // --- Sending ----------------------------------------------------------------------------------
  async function sendAll() {
    if (sending || me === null) return;
    sending = true;
    try {
      let sent = 0;
      for (const answer of waiting()) {
        const parts = new FormData(), { photo: picture, user, kept_at, sent: _, problems, about, ...values } = answer;
        parts.append("data", JSON.stringify(values));
        if (picture) parts.append("photo", picture, "cong.jpg");
        const token = (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";
        let reply;
        try { reply = await fetch(data.send, { method: "POST", body: parts, headers: { "X-CSRFToken": token, "X-Field-User": String(me) }, redirect: "manual" }); } catch { break; }
        if (reply.type === "opaqueredirect" || reply.status === 401) { signIn(); break; }
        if (reply.status >= 500 || reply.status === 409) { say("Máy chủ chưa nhận được phiếu. Phiếu vẫn còn trên máy, hãy gửi lại sau.", true); break; }
        let said = null;
        try { said = await reply.json(); } catch { say("Máy chủ trả lời không rõ. Phiếu vẫn còn trên máy; hãy tải lại trang rồi gửi lại.", true); break; }
        // What was corrected while it was under way is another answer: it stays.
        const now = (await all("answers")).find((one) => one.client_key === answer.client_key);
        if (!now || now.kept_at !== kept_at) continue;
        if (reply.ok) { await put("answers", { ...answer, about: null, photo: null, contacts: "", remarks: "", attitude: "", sent: said }); sent += 1; }
        else await put("answers", { ...answer, problems: said.problems });
      }
      await load();
      if (sent) { say(`Đã gửi ${sent} phiếu.`); await fetched(); }
    } finally { sending = false; }
  }
  one("send-now").addEventListener("click", sendAll);
  one("find").addEventListener("input", draw);
  addEventListener("online", () => { draw(); fetched().then(sendAll); });
  addEventListener("offline", draw);
  one("wipe").addEventListener("click", async () => {
    const every = await all("answers"), half = await all("drafts"), unsent = every.filter((answer) => !answer.sent);
    const mine = unsent.filter((answer) => answer.user === me), wrongs = mine.filter((answer) => answer.problems).length, drafted = half.filter((draft) => draft.user === me).length;
    // A draft over an answer that was not sent is one survey.
    const others = new Set([...unsent, ...half].filter((row) => row.user !== me).map((row) => `${row.user} ${row.task_id}`)).size;
    const lost = [mine.length && `${mine.length} phiếu chưa gửi được${wrongs ? ` (gồm ${wrongs} phiếu cần sửa)` : ""}`, drafted && `${drafted} phiếu đang viết dở`].filter(Boolean).join(" và ");
    const question = lost ? `Còn ${lost} sẽ mất. Vẫn xóa?` : "Xóa danh sách và phiếu trên máy này?";
    if (!confirm(others ? `${question}\n\nCòn ${others} phiếu của người khác trên máy này; phiếu của họ được giữ lại.` : question)) return;
    for (const list of await all("lists")) await drop("lists", list.user);
    for (const answer of every) if (answer.user === me || answer.sent) await drop("answers", answer.client_key);
    for (const draft of half) if (draft.user === me) await drop("drafts", [draft.user, draft.task_id]);
    items = []; await load(); one("empty").hidden = true;
    say(`Đã xóa dữ liệu ${others ? "của bạn " : ""}trên máy này. Khi có mạng, tải lại trang để lấy lại danh sách.`);
  });

  (async () => {
    try { base = await started(); } catch { return say("Trình duyệt này không cho giữ dữ liệu trên máy (có thể do chế độ ẩn danh). Hãy dùng trình duyệt thường.", true); }
    const last = (await all("lists")).find((list) => list.last);
    if (last && !navigator.onLine) { ({ user: me, items } = last); await load(); }
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(data.worker, { scope: data.scope }).catch(() => say("Máy này chưa mở được trang khi không có mạng; hãy giữ trang đang mở.", true));
    if (navigator.onLine) await fetched();
    if (me === null && last) { ({ user: me, items } = last); await load(); }
    draw();
    sendAll();
  })();
})();
