// Swagger UI over this server's own OpenAPI file.
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, layout: "BaseLayout" });
