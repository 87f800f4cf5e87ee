/**
 * Says why a link leads nowhere. Constant texts only, and never the target: a refused link must not be clickable.
 * 503 when it could not be checked, 400 when it was and is wrong.
 */
export function refusePage(reason: string, status: 400 | 503): Response {
  const page =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Link not followed</title>` +
    `<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>` +
    `<body><h1>This link was not followed</h1><p>${reason}</p>` +
    `<p>Nothing was opened and nothing was recorded as a click.</p></body></html>`;
  return new Response(page, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "cache-control": "no-store, max-age=0",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      ...(status === 503 ? { "retry-after": "5" } : {}),
    },
  });
}
