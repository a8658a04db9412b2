use pbx_estate::Document;
use serde_json::Value;

use super::Response;

/// A page.
pub(super) fn html(status: u16, text: String) -> Response {
    let mut response =
        Response { status, headers: headers("text/html; charset=utf-8"), body: text.into_bytes() };
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// A JSON document.
pub(super) fn json(status: u16, value: &Value) -> Response {
    let mut response = Response {
        status,
        headers: headers("application/json; charset=utf-8"),
        body: value.to_string().into_bytes(),
    };
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// A file that is part of the binary.
pub(super) fn asset(content_type: &str, text: &str) -> Response {
    let mut response =
        Response { status: 200, headers: headers(content_type), body: text.as_bytes().to_vec() };
    response.headers.push(("cache-control", "max-age=3600".to_owned()));
    response
}

/// A file to keep, under its own name.
pub(super) fn document(document: Document) -> Response {
    let Document { name, media, bytes } = document;
    let plain = |it: char| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let mut response = Response { status: 200, headers: headers(media), body: bytes };
    response.headers.push(("content-disposition", format!("attachment; filename=\"{name}\"")));
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// No body.
pub(super) fn empty(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: Vec::new() }
}

/// The way to another page of the same site.
pub(super) fn see_other(path: &str) -> Response {
    let mut response = empty(303);
    response.headers.push(("location", path.to_owned()));
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// What every answer says to a browser. There is no HSTS: it would hold for every port of the host, and one product
/// ships without TLS.
fn headers(content_type: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", content_type.to_owned()),
        ("content-security-policy", CONTENT_SECURITY_POLICY.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-frame-options", "DENY".to_owned()),
        ("referrer-policy", "same-origin".to_owned()),
        ("cross-origin-opener-policy", "same-origin".to_owned()),
    ]
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
