//! Between hyper's requests and the engine's: reads a request whole, and says no where it cannot be read.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use pbx_site::{Request, Response};

use crate::Peer;

/// The request, read to its end, or the answer to one that cannot be.
pub(crate) async fn read(
    peer: Peer,
    request: http::Request<Incoming>,
) -> Result<Request, http::Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let mut headers = fold(&head.headers).ok_or_else(|| refuse(StatusCode::BAD_REQUEST))?;
    // HTTP/2 has the host beside the headers.
    if let Some(authority) = head.uri.authority() {
        headers.entry("host".to_owned()).or_insert_with(|| authority.to_string());
    }
    let body = read_body(body).await?;
    Ok(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers,
        body,
        source: peer.source,
        secure: peer.secure,
    })
}

/// The engine's answer as hyper sends it.
pub(crate) fn write(response: Response) -> http::Response<Full<Bytes>> {
    let mut message = http::Response::new(Full::from(response.body));
    let Ok(status) = StatusCode::from_u16(response.status) else {
        tracing::error!(status = response.status, "an answer's status is not one");
        return refuse(StatusCode::INTERNAL_SERVER_ERROR);
    };
    *message.status_mut() = status;
    for (name, value) in response.headers {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            (Ok(name), Ok(value)) => {
                message.headers_mut().append(name, value);
            }
            _ => {
                tracing::error!(%name, "an answer's header is not one");
                return refuse(StatusCode::INTERNAL_SERVER_ERROR);
            }
        }
    }
    message
}

async fn read_body(body: Incoming) -> Result<Vec<u8>, http::Response<Full<Bytes>>> {
    // A body that says how long it is need not be read to be refused.
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE));
    }
    match tokio::time::timeout(BODY_TIME_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(refuse(StatusCode::PAYLOAD_TOO_LARGE)),
        Ok(Err(_)) => Err(refuse(StatusCode::BAD_REQUEST)),
        Err(_) => Err(refuse(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// The headers by name, repeated ones joined as RFC 9110 section 5.3 does, cookies as RFC 9113 section 8.2.3 does;
/// nothing where a value is not text.
fn fold(headers: &HeaderMap) -> Option<BTreeMap<String, String>> {
    let mut folded = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        let joint = if name == header::COOKIE { "; " } else { ", " };
        folded
            .entry(name.as_str().to_owned())
            .and_modify(|it| {
                it.push_str(joint);
                it.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    Some(folded)
}

/// A refusal by the transport itself, before the product has seen the request.
fn refuse(status: StatusCode) -> http::Response<Full<Bytes>> {
    let text = format!("{} {}\n", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let mut message = http::Response::new(Full::from(text));
    *message.status_mut() = status;
    let headers = message.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // What is left of the body is not worth reading.
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    message
}

/// The largest body: many times the largest form, and small enough for a thousand of them.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How long a body may take.
pub(crate) const BODY_TIME_MAX: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_are_joined_and_cookies_in_their_own_way() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y")] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let folded = fold(&headers).expect("text");
        assert_eq!((folded["cookie"].as_str(), folded["accept"].as_str()), ("a=1; b=2", "x, y"));
    }

    #[test]
    fn a_header_that_is_not_text_is_refused() {
        let mut headers = HeaderMap::new();
        headers.append("x", HeaderValue::from_bytes(b"\xff").expect("opaque bytes are legal"));
        assert_eq!(fold(&headers), None);
    }

    #[test]
    fn an_answer_that_cannot_be_sent_is_an_error_and_not_a_panic() {
        let broken = |status, value: &str| {
            write(Response { status, headers: vec![("location", value.to_owned())], body: Vec::new() })
                .status()
        };
        assert_eq!(broken(302, "/"), StatusCode::FOUND);
        assert_eq!(broken(302, "/\r\nset-cookie: a=b"), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(broken(7, "/"), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
