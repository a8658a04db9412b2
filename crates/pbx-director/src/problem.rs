use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pbx_kernel::StoreError;
use pbx_world::{CheckpointError, ClockError, RehearsalError};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) enum Problem {
    BadBody(String),
    BadQuery(String),
    Unauthorized,
    NoSuchOperation,
    NoSuchRequest,
    NoSuchSite,
    NotNow(String),
    NotThisMethod,
    TooSlow,
    ClockBack(String),
    TooLarge,
    NotJson,
    BadValue(String),
    TooManyStreams,
    Unavailable(String),
}

/// An answer that is not a success.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "error": "unknown-site",
    "message": "There is no such site: GET /sites lists them."
}))]
pub(crate) struct ErrorReply {
    /// What went wrong, for programs.
    error: &'static str,
    /// What went wrong and what to do, for people.
    message: String,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadBody(_) | Self::BadQuery(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NoSuchOperation | Self::NoSuchRequest | Self::NoSuchSite => StatusCode::NOT_FOUND,
            Self::NotThisMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::ClockBack(_) | Self::NotNow(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadValue(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyStreams | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn reply(self) -> ErrorReply {
        let (error, message) = match self {
            Self::BadBody(what) => ("bad-body", format!("The body cannot be read: {what}.")),
            Self::BadQuery(what) => ("bad-query", format!("The query cannot be used: {what}.")),
            Self::Unauthorized => (
                "unauthorized",
                "Send the token of the director's token file as \"Authorization: Bearer TOKEN\".".to_owned(),
            ),
            Self::NoSuchOperation => (
                "unknown-operation",
                "There is nothing here: GET /openapi.json lists all there is.".to_owned(),
            ),
            Self::NoSuchRequest => (
                "unknown-request",
                "There is no such request: GET /sites/{id}/requests lists the site's.".to_owned(),
            ),
            Self::NotNow(what) => ("not-now", format!("{what}. GET the request to see where it stands.")),
            Self::NoSuchSite => ("unknown-site", "There is no such site: GET /sites lists them.".to_owned()),
            Self::NotThisMethod => (
                "method-not-allowed",
                "The path takes other methods: they are in the header \"Allow\" and in /openapi.json."
                    .to_owned(),
            ),
            Self::TooSlow => ("too-slow", "The body took too long: send it again, at once.".to_owned()),
            Self::ClockBack(what) => (
                "clock-back",
                format!("{what}: choose a later time, or start a world of its own for an earlier one."),
            ),
            Self::TooLarge => {
                ("too-large", "The body is larger than any of this operation: send less.".to_owned())
            }
            Self::NotJson => {
                ("not-json", "Send the body as JSON, with \"Content-Type: application/json\".".to_owned())
            }
            Self::BadValue(what) => ("bad-value", format!("A value cannot be used: {what}.")),
            Self::TooManyStreams => {
                ("too-many-streams", "Too many streams are open: end one, or try again later.".to_owned())
            }
            Self::Unavailable(what) => {
                ("unavailable", format!("The state cannot be used now: {what}. Try again in a moment."))
            }
        };
        ErrorReply { error, message }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self.reply())).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::NotJson,
            StatusCode::UNPROCESSABLE_ENTITY => Self::BadValue(cause(&rejection)),
            _ => Self::BadBody(cause(&rejection)),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::BadQuery(cause(&rejection))
    }
}

impl From<ClockError> for Problem {
    fn from(error: ClockError) -> Self {
        match error {
            ClockError::Back { .. } => Self::ClockBack(sentence(&error)),
            _ => Self::BadValue(error.to_string()),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::unavailable("the store", &error)
    }
}

impl From<pbx_site::Error> for Problem {
    fn from(error: pbx_site::Error) -> Self {
        Self::unavailable("a site", &error)
    }
}

impl From<RehearsalError> for Problem {
    fn from(error: RehearsalError) -> Self {
        match &error {
            RehearsalError::NoSuchRequest { .. } => Self::NoSuchRequest,
            RehearsalError::Identifier(_)
            | RehearsalError::Identity
            | RehearsalError::SeveralPeople
            | RehearsalError::TooManyIdentifiers => Self::BadValue(error.to_string()),
            RehearsalError::Checkpoint(_)
            | RehearsalError::Files(_)
            | RehearsalError::Site(_)
            | RehearsalError::Store(_) => Self::unavailable("a rehearsal", &error),
            _ => Self::NotNow(capitalised(&error.to_string())),
        }
    }
}

impl From<CheckpointError> for Problem {
    fn from(error: CheckpointError) -> Self {
        Self::unavailable("a checkpoint", &error)
    }
}

impl Problem {
    /// Reports what failed and tells the caller the same: whoever holds the token runs the world.
    pub(crate) fn unavailable(what: &'static str, error: &dyn std::error::Error) -> Self {
        let cause = chain(error);
        tracing::warn!(error = %cause, "{what} failed the director");
        Self::Unavailable(cause)
    }
}

/// The error with what caused it, as one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The innermost cause: axum's own words before it say what the code says already.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

fn sentence(error: &ClockError) -> String {
    capitalised(&error.to_string())
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|it| it.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What every operation that needs the token may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum Guarded {
    /// The token is missing or wrong.
    #[response(status = 401, example = json!({
        "error": "unauthorized",
        "message": "Send the token of the director's token file as \"Authorization: Bearer TOKEN\"."
    }))]
    Unauthorized(ErrorReply),
}

/// What every operation on a site may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum OfSite {
    /// There is no such site.
    #[response(status = 404, example = json!({
        "error": "unknown-site",
        "message": "There is no such site: GET /sites lists them."
    }))]
    NoSuchSite(ErrorReply),
}

/// What every operation on a request may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum OfRequest {
    /// There is no such site, or no such request at it.
    #[response(status = 404, example = json!({
        "error": "unknown-request",
        "message": "There is no such request: GET /sites/{id}/requests lists the site's."
    }))]
    NoSuchRequest(ErrorReply),
}

/// What every operation may answer that another step has to precede.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum OfStep {
    /// It is not the request's turn; nothing has changed.
    #[response(status = 409, example = json!({
        "error": "not-now",
        "message": "A request for erasure that is received cannot become executed. GET the request to see where it \
            stands."
    }))]
    NotNow(ErrorReply),
}

/// What every operation with a query may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum WithQuery {
    /// The query has a parameter or a value that this operation does not take.
    #[response(status = 400, example = json!({
        "error": "bad-query",
        "message": "The query cannot be used: limit is at most 1000."
    }))]
    BadQuery(ErrorReply),
}

/// What every operation that takes a body may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum WithBody {
    /// The body is not JSON.
    #[response(status = 400, example = json!({
        "error": "bad-body",
        "message": "The body cannot be read: EOF while parsing an object at line 1 column 1."
    }))]
    BadBody(ErrorReply),
    /// The body took too long.
    #[response(status = 408, example = json!({
        "error": "too-slow",
        "message": "The body took too long: send it again, at once."
    }))]
    TooSlow(ErrorReply),
    /// The body is too large.
    #[response(status = 413, example = json!({
        "error": "too-large",
        "message": "The body is larger than any of this operation: send less."
    }))]
    TooLarge(ErrorReply),
    /// The body does not say that it is JSON.
    #[response(status = 415, example = json!({
        "error": "not-json",
        "message": "Send the body as JSON, with \"Content-Type: application/json\"."
    }))]
    NotJson(ErrorReply),
    /// A member is missing, unknown, or has a value that cannot be used.
    #[response(status = 422, example = json!({
        "error": "bad-value",
        "message": "A value cannot be used: unknown field `minutes`, expected `seconds` at line 1 column 11."
    }))]
    BadValue(ErrorReply),
}

/// What every operation that reads the store may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers; it is none")]
pub(crate) enum OfStore {
    /// The state cannot be used now.
    #[response(status = 503, headers(("Retry-After" = u32, description = "After how many seconds to try again")),
        example = json!({
            "error": "unavailable",
            "message": "The state cannot be used now: the store failed: input/output error. Try again in a moment."
        }))]
    Unavailable(ErrorReply),
}
