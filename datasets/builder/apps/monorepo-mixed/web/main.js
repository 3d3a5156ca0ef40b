document.querySelector("#order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const address = new FormData(event.target).get("address");
  const answer = await fetch(`/api/orders?address=${encodeURIComponent(address)}`, { method: "POST" });
  alert(`Order ${(await answer.json()).number}`);
});
