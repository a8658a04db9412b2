use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use pbx_kernel::{Secret, SiteId, Source, Surface};
use pbx_listener::Stop;
use pbx_site::{Attempt, Proof, Verdict};
use pbx_world::{Scenario, Seat, World, WorldOptions};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::api::{self, Api};
use crate::token::Token;

mod bad_input;
mod clock;
mod document;
mod listening;
mod recorder;
mod requests;
mod streams;

/// Two sites of the product that needs no Rust; its policy closes an account for five minutes after four failures.
const SCENARIO: &str = r#"seed = 7
hashing = "low"

[clock]
start = "2026-11-22T09:00:00Z"
frozen = true

[[sites]]
id = "north"
policy = "../../scenarios/harbour-pbx.toml"
ports = 0

[[sites]]
id = "south"
policy = "../../scenarios/harbour-pbx.toml"
ports = 0
"#;

/// A world that keeps nothing, with its accounts.
async fn world() -> Arc<World> {
    let scenario = Scenario::parse("two.toml", SCENARIO).expect("a scenario");
    let options = WorldOptions { deterministic: true, ..WorldOptions::default() };
    let world = World::start(options, scenario, &[]).expect("a world");
    world.founded().await.expect("accounts");
    world
}

fn seat(world: &World, id: &str) -> Arc<Seat> {
    world.seat(&SiteId::parse(id).expect("an id")).expect("a site")
}

/// Tries to log in; whether it was let in.
async fn log_in(seat: &Arc<Seat>, name: &str, password: &str) -> bool {
    let attempt = Attempt {
        name: name.to_owned(),
        proof: Proof::Password(Secret::new(password)),
        surface: Surface::Web,
        source: Source::new([10, 0, 0, 7].into()),
    };
    matches!(seat.log_in(attempt).await.expect("a verdict"), Verdict::Accepted(..))
}

/// A director without a socket. Every answer it gives is held against its document.
struct Desk {
    world: Arc<World>,
    router: Router,
    token: String,
    stop: Stop,
    document: Value,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file: PathBuf = folder.path().join("director.token");
        let token = Token::keep(&file).expect("a token");
        let world = world().await;
        let (stop, stopping) = pbx_listener::stopping();
        let router = api::router(Api::new(Arc::clone(&world), stopping), token);
        let token = std::fs::read_to_string(&file).expect("a token").trim().to_owned();
        let mut desk = Self { world, router, token, stop, document: Value::Null };
        let (status, document) = desk.get("/openapi.json").await;
        assert_eq!(status, StatusCode::OK);
        desk.document = document;
        desk
    }

    fn seat(&self, id: &str) -> Arc<Seat> {
        seat(&self.world, id)
    }

    /// Sends `request` as it is.
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        let (method, path) = (request.method().as_str().to_lowercase(), request.uri().path().to_owned());
        let Ok(response) = self.router.clone().oneshot(request).await;
        if let Some(operation) = self.operation(&method, &path) {
            let status = response.status().as_u16().to_string();
            let documented = operation["responses"].get(&status).is_some();
            assert!(documented, "{method} {path} answers {status}, which is not documented");
        }
        response
    }

    /// The documented operation that answers `method` at `path`.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let fits = |template: &str| {
            let (template, path) = (template.split('/'), path.split('/'));
            template.clone().count() == path.clone().count()
                && template
                    .zip(path)
                    .all(|(one, other)| one == other || (one.starts_with('{') && !other.is_empty()))
        };
        let (_, item) = self.document["paths"].as_object()?.iter().find(|(it, _)| fits(it))?;
        item.get(method)
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.token))
    }

    /// Asks with the token; what is not JSON comes back as a string.
    async fn ask(&self, method: &str, path: &str, body: Option<&str>) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or(Body::empty(), |it| Body::from(it.to_owned()));
        answer(self.send(request.body(body).expect("a request")).await).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask("GET", path, None).await
    }

    async fn post(&self, path: &str, body: &str) -> (StatusCode, Value) {
        self.ask("POST", path, Some(body)).await
    }

    /// All records that fit `query`, which begins with `&` where it is not empty.
    async fn records(&self, site: &str, query: &str) -> Vec<Value> {
        let (status, page) = self.get(&format!("/sites/{site}/records?limit=1000{query}")).await;
        assert_eq!((status, &page["next"]), (StatusCode::OK, &Value::Null), "{page}");
        page["records"].as_array().expect("records").clone()
    }
}

/// The answer's status and its whole body.
async fn answer(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let is_json = response.headers().get("content-type").is_some_and(|it| it == "application/json");
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(body.into()).expect("text");
    let value = if is_json { serde_json::from_str(&text).expect("JSON") } else { Value::String(text) };
    if !status.is_success() {
        let said = |member: &str| value[member].as_str().is_some_and(|it| !it.is_empty());
        assert!(said("error") && said("message"), "{status}: {value}");
    }
    (status, value)
}
