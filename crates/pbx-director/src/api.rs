use std::sync::{Arc, Mutex, OnceLock};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::{Json, Router};
use pbx_listener::Stopping;
use pbx_world::World;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard;
use crate::problem::Problem;
use crate::token::Token;
use crate::{clock, events, faults, records, requests, sites, trail};

/// What every operation works with.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) world: Arc<World>,
    pub(crate) stopping: Stopping,
    /// A place for each stream.
    streams: Arc<Semaphore>,
    /// What [`faults`] was told last; the store only knows the error.
    pub(crate) refuses_writes: Arc<Mutex<Option<faults::RefuseWrites>>>,
    /// What the document says, once it is made.
    document: Arc<OnceLock<String>>,
}

impl Api {
    pub(crate) fn new(world: Arc<World>, stopping: Stopping) -> Self {
        let streams = Arc::new(Semaphore::new(STREAMS_MAX));
        Self { world, stopping, streams, refuses_writes: Arc::default(), document: Arc::default() }
    }

    /// A place for a stream, held while it lasts.
    pub(crate) fn begin_stream(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| Problem::TooManyStreams)
    }

    /// Does what may wait for a file or for many sites, off the tasks that serve others.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&World) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let world = Arc::clone(&self.world);
        let done = tokio::task::spawn_blocking(move || work(&world)).await;
        done.map_err(|error| Problem::unavailable("an operation", &error))
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Understudy director",
        description = "Steers a running world of emulated PBX systems: its sites, its clock, and its flight \
            recorder. It is Understudy's own and part of no product.\n\n\
            Every operation but `/health` and `/openapi.json` needs the bearer token of the director's token file. \
            Whatever is not a success is JSON with `error`, a code, and `message`, a sentence that says what to do. \
            A path that does not exist is answered with 404 `unknown-operation`, a method that a path does not take \
            with 405 `method-not-allowed` and the header `Allow`; without the token, both with 401. Times are \
            RFC 3339 on the world's virtual clock.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "clock", description = "The virtual clock of the world"),
        (name = "director", description = "The director itself"),
        (name = "recorder", description = "The flight recorder: append-only, verifiable offline"),
        (name = "requests", description = "People's requests about their data: access, portability, erasure"),
        (name = "sites", description = "The emulated systems"),
        (name = "store", description = "The store that all sites share")
    ),
    security(("token" = [])),
    modifiers(&BearerToken)
)]
struct Document;

/// Says how the token is shown.
struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("The content of the director's token file.".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Every operation, and the document that describes them.
pub(crate) fn router(api: Api, token: Token) -> Router {
    let guarded = OpenApiRouter::new()
        .routes(routes!(sites::list))
        .routes(routes!(sites::show))
        .routes(routes!(sites::accounts))
        .routes(routes!(sites::lockouts))
        .routes(routes!(requests::people))
        .routes(routes!(requests::list, requests::receive))
        .routes(routes!(requests::show))
        .routes(routes!(requests::step))
        .routes(routes!(requests::package))
        .routes(routes!(requests::certificate))
        .routes(routes!(records::query))
        .routes(routes!(trail::download))
        .routes(routes!(trail::checkpoint))
        .routes(routes!(trail::public_key))
        .routes(routes!(events::stream))
        .routes(routes!(clock::show))
        .routes(routes!(clock::set))
        .routes(routes!(clock::advance))
        .routes(routes!(clock::freeze))
        .routes(routes!(clock::run))
        .routes(routes!(faults::show, faults::change))
        .fallback(async || Problem::NoSuchOperation);
    let open =
        OpenApiRouter::with_openapi(Document::openapi()).routes(routes!(health)).routes(routes!(openapi));
    let (guarded, operations) = guarded.split_for_parts();
    let (open, mut document) = open.split_for_parts();
    document.merge(operations);
    let text = document.to_pretty_json().unwrap_or_else(|error| {
        tracing::error!(%error, "the operations cannot be described");
        "{}".to_owned()
    });
    // The only one to set it.
    let _ = api.document.set(text);
    let not_this_method = async || Problem::NotThisMethod;
    let guarded = guarded
        .method_not_allowed_fallback(not_this_method)
        .layer(from_fn_with_state(Arc::new(token), guard::admit));
    open.method_not_allowed_fallback(not_this_method)
        .merge(guarded)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(guard::mark))
        .with_state(api)
}

/// That the director answers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "status": "ok", "version": "0.1.0" }))]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Understudy's version.
    version: &'static str,
}

/// Says that the director answers.
#[utoipa::path(get, path = "/health", tag = "director", security(()), responses(
    (status = 200, description = "It does", body = Health)
))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "director", security(()), responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")
))]
async fn openapi(State(api): State<Api>) -> impl IntoResponse {
    let text = api.document.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text)
}

/// How many streams of records and trails may be open at once: a screen for everybody in a class.
const STREAMS_MAX: usize = 64;

/// The largest body: many times the largest that means anything.
const BODY_BYTES_MAX: usize = 4 * 1_024;
