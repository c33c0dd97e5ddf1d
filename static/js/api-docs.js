// The page that documents the API: Swagger UI, which asks as whoever is signed in here or with a key.
const root = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: root.dataset.url,
  domNode: root,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = root.dataset.csrfToken;
    return request;
  },
});
