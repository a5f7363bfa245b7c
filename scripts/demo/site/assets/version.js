fetch("version.json")
  .then((answer) => answer.json())
  .then(({ version }) => { document.getElementById("version").textContent = version; });
