use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;
use crate::token::Token;

/// Lets a request through that shows the token.
pub(crate) async fn admit(State(token): State<Arc<Token>>, request: Request, next: Next) -> Response {
    if bearer(&request).is_some_and(|it| token.is(it)) {
        next.run(request).await
    } else {
        Problem::Unauthorized.into_response()
    }
}

/// The token of `Authorization: Bearer …`, the scheme in any case (RFC 9110 section 11.1). A request with two is one
/// with none: whoever reads it could be told either.
fn bearer(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Marks every answer as nobody's to keep and nothing but what it says it is.
pub(crate) async fn mark(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
