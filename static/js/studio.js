// Everything works without this file; it adds real upload progress and small comforts.
"use strict";

const megabytes = (bytes) => (bytes / 1048576).toFixed(1);

function showUploadError(form, message) {
  const box = form.querySelector("[data-upload-error]");
  box.textContent = message;
  box.hidden = false;
  form.querySelector("[data-upload-progress]").hidden = true;
  form.querySelector("[type=submit]").disabled = false;
}

function upload(form) {
  const area = form.querySelector("[data-upload-progress]");
  const bar = area.querySelector("progress");
  const text = area.querySelector("[data-upload-text]");
  const request = new XMLHttpRequest();
  form.querySelector("[type=submit]").disabled = true;
  form.querySelector("[data-upload-error]").hidden = true;
  area.hidden = false;
  // Bytes that have left this machine, as the browser counts them.
  request.upload.addEventListener("progress", (event) => {
    bar.max = event.total;
    bar.value = event.loaded;
    text.textContent = event.loaded < event.total
      ? `${megabytes(event.loaded)} of ${megabytes(event.total)} MB sent`
      : "Upload complete, checking the file …";
  });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      window.location.assign(request.getResponseHeader("Location") || request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const found = page.querySelector("[data-upload-error]");
    showUploadError(form, found?.textContent.trim() || "The server refused the file.");
  });
  request.addEventListener("error", () => showUploadError(form, "The connection broke off. Try again."));
  request.addEventListener("abort", () => showUploadError(form, "Upload cancelled."));
  area.querySelector("[data-upload-cancel]").addEventListener("click", () => request.abort(), { once: true });
  request.open("POST", form.action || window.location.href);
  request.setRequestHeader("X-Upload", "script");
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-upload]")) return;
  const file = form.querySelector("[type=file]").files[0];
  if (!file) return;
  event.preventDefault();
  const limit = Number(form.dataset.maxBytes);
  if (file.size > limit) {
    showUploadError(form, `The file is larger than ${megabytes(limit)} MB, the limit of this server.`);
    return;
  }
  upload(form);
});

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      drop.querySelector("[type=file]").files = event.dataTransfer.files;
    }
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  navigator.clipboard?.writeText(button.dataset.copy);
});

document.body?.addEventListener("htmx:responseError", (event) => {
  // What is looked at again and again was deleted meanwhile: the page itself says so then.
  if (event.detail.xhr.status === 404 && event.detail.elt.getAttribute("hx-trigger")?.startsWith("every")) {
    window.location.reload();
    return;
  }
  const toasts = document.getElementById("toasts");
  const toast = document.createElement("div");
  toast.className = "toast toast--error";
  toast.textContent = `The server did not accept that (${event.detail.xhr.status}). Load the page again.`;
  toasts?.append(toast);
});
