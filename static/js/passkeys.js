// Says on the page why a passkey did not work: cancelling the browser's dialogue is no error of ours.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const card = document.querySelector("#content section");
  card.querySelector("[data-passkey-problem]")?.remove();
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.dataset.passkeyProblem = "";
  problem.setAttribute("role", "alert");
  problem.textContent = event.detail.exception?.name === "NotAllowedError"
    ? "No passkey was used."
    : "This browser or this address cannot use passkeys. They need https, or localhost.";
  card.append(problem);
});
