const pad = document.querySelector("textarea");
pad.value = localStorage.getItem("pad") ?? "";
pad.addEventListener("input", () => localStorage.setItem("pad", pad.value));
