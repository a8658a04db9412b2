use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use pbx_estate::Args;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::Request;
use crate::{SessionId, Site};

/// The values of a query or of a form's body.
pub(super) fn values(text: &[u8]) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text).take(Args::VALUES_MAX);
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The values of the request's query.
pub(super) fn query(request: &Request) -> Vec<(String, String)> {
    values(request.query.as_deref().unwrap_or_default().as_bytes())
}

/// The token of the request's session cookie, where it carries one.
pub(super) fn token(site: &Site, request: &Request) -> Option<String> {
    let name = cookie_name(site, request);
    let cookies = request.headers.get("cookie")?;
    let mut pairs = cookies.split(';').filter_map(|it| it.trim().split_once('='));
    pairs.find(|(cookie, _)| *cookie == name).map(|(_, value)| value.to_owned())
}

/// The session of the request's cookie, and the token that its forms must carry.
pub(super) fn session(site: &Site, request: &Request) -> Option<(SessionId, String)> {
    let token = token(site, request)?;
    Some((SessionId::of(&token), csrf(&token)))
}

/// The header that keeps the session's token with the browser, or takes it away.
///
/// The name carries the site: cookies are shared by all ports of a host, and a world has many sites on one.
pub(super) fn cookie(site: &Site, request: &Request, token: Option<&str>) -> (&'static str, String) {
    let name = cookie_name(site, request);
    let secure = if request.secure { "; Secure" } else { "" };
    let age = if token.is_some() { "" } else { "; Max-Age=0" };
    let value = token.unwrap_or_default();
    ("set-cookie", format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}"))
}

/// Whether a form that changes something was sent by one of our own pages: the browser says so, and the form
/// carries the session's token.
pub(super) fn is_ours(request: &Request, csrf: &str, given: Option<&str>) -> bool {
    same_origin(request) && given.is_some_and(|it| it.as_bytes().ct_eq(csrf.as_bytes()).into())
}

/// Whether the request comes from a page of this origin, as far as the browser tells; programs tell nothing.
pub(super) fn same_origin(request: &Request) -> bool {
    let site = request.headers.get("sec-fetch-site").map(String::as_str);
    let origin_fits = match (request.headers.get("origin"), request.headers.get("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, it)| it == host),
        (Some(_), None) => false,
        (None, _) => true,
    };
    matches!(site, None | Some("same-origin" | "none")) && origin_fits
}

fn cookie_name(site: &Site, request: &Request) -> String {
    if request.secure { format!("__Host-{}", site.id) } else { format!("plain-{}", site.id) }
}

/// The token that the session's forms carry: it proves that the sender knows the cookie's token without showing it.
fn csrf(token: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return String::new() };
    mac.update(b"csrf");
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use pbx_kernel::Source;

    use super::*;

    fn request(headers: &[(&str, &str)]) -> Request {
        Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: None,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            body: Vec::new(),
            source: Source::new([127, 0, 0, 1].into()),
            secure: true,
        }
    }

    #[test]
    fn a_foreign_page_cannot_post_our_forms() {
        let csrf = csrf("token");
        assert!(is_ours(&request(&[]), &csrf, Some(&csrf)));
        assert!(is_ours(&request(&[("origin", "https://pbx:1"), ("host", "pbx:1")]), &csrf, Some(&csrf)));
        assert!(!is_ours(&request(&[("origin", "https://evil"), ("host", "pbx:1")]), &csrf, Some(&csrf)));
        assert!(!is_ours(&request(&[("sec-fetch-site", "cross-site")]), &csrf, Some(&csrf)));
        assert!(!is_ours(&request(&[]), &csrf, Some("")));
        assert!(!is_ours(&request(&[]), &csrf, None));
    }
}
