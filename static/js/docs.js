// Swagger UI over this server's own OpenAPI file, in the colours of the page.
const place = document.getElementById("swagger-ui");
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function colour() {
  root.classList.toggle("dark-mode", (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark");
}

colour();
system.addEventListener("change", colour);
window.SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, layout: "BaseLayout" });
