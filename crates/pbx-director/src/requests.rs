use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pbx_rehearsal::{Identifier, IdentifierKind, Milestone, RequestKind, certificate_page};
use pbx_world::{Case, Intake, Rehearsals, Step};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::extract::{JsonBody, OneSite, Params};
use crate::problem::{Guarded, OfRequest, OfSite, OfStep, OfStore, Problem, WithBody, WithQuery};

/// People of a site.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeopleReply {
    /// In the order of their numbers, a hundred at most.
    people: Vec<PersonReply>,
    /// After which number the next page begins.
    after: Option<u64>,
}

/// Somebody whom a site has a record of.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "number": 12, "fields": { "name": "Ada Example", "extension": "201" } }))]
struct PersonReply {
    /// The person's number: it says nothing.
    number: u64,
    /// What is recorded.
    #[schema(value_type = Object)]
    fields: serde_json::Map<String, serde_json::Value>,
}

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleParams {
    /// Only people in whose record this occurs.
    #[param(example = "ada")]
    search: Option<String>,
    /// Only people after this number.
    #[param(example = 100)]
    after: Option<u64>,
}

/// A request of a person about the data that a site holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "kind": "erasure", "identifiers": [{ "kind": "extension", "text": "201" }] }))]
pub(crate) struct IntakeBody {
    /// Its id, where there is one; letters, digits, `-`, `_` and `.`. Otherwise it is given the next.
    #[serde(default)]
    id: Option<String>,
    /// What is asked for: `access`, `portability` or `erasure`.
    #[schema(value_type = String, example = "erasure")]
    kind: RequestKind,
    /// Who it is about.
    identifiers: Vec<IdentifierBody>,
    /// Whether ways of erasing are taken that the vendor's paper does not name; the verdict is not complete even then.
    #[serde(default)]
    take_silent_ways: bool,
}

/// Something that tells who a person is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentifierBody {
    /// `account`, `email`, `extension`, `name` or `phone`; also `first-name`, `last-name` and `text`.
    #[schema(value_type = String, example = "extension")]
    kind: IdentifierKind,
    /// The text.
    text: String,
}

/// What a step may be told.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(example = json!({}))]
pub(crate) struct StepBody {
    /// For `verify-identity`: that the identity was checked elsewhere.
    vouched: bool,
    /// For `refuse`: what the person is told.
    reason: String,
}

/// The requests of a site.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestsReply {
    /// By id.
    requests: Vec<RequestReply>,
}

/// A request and what has come of it. It names the person by a token.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "r-00001", "kind": "erasure", "stage": "received", "subject": "0f1e2d3c", "person": 12,
    "last_day": "2026-12-22", "overdue": false, "reason": null,
    "milestones": [{ "stage": "received", "at": "2026-11-22T09:00:00Z" }],
    "held": [], "plan": [], "recipients": [], "findings": [], "searched_bytes": 0, "package_sha256": null,
    "outcome": null
}))]
pub(crate) struct RequestReply {
    /// Its id.
    id: String,
    /// What is asked for.
    kind: &'static str,
    /// How far it has come.
    stage: &'static str,
    /// The person's token.
    subject: String,
    /// The number of the person's record; none of an outside caller.
    person: Option<u64>,
    /// The last day on which it may be answered.
    last_day: String,
    /// Whether the answer is late.
    overdue: bool,
    /// Why it was refused.
    reason: Option<String>,
    /// The stages it has been through.
    #[schema(value_type = Vec<Object>)]
    milestones: Vec<Milestone>,
    /// How much each store holds of the person.
    #[schema(value_type = Vec<Object>)]
    held: serde_json::Value,
    /// What is done in each store, how much was there before and is after, and where the paper says what is possible.
    #[schema(value_type = Vec<Object>)]
    plan: serde_json::Value,
    /// Who was told.
    #[schema(value_type = Vec<Object>)]
    recipients: serde_json::Value,
    /// What the residual search found, each with what explains it.
    #[schema(value_type = Vec<Object>)]
    findings: serde_json::Value,
    /// How many bytes the search went through.
    searched_bytes: u64,
    /// SHA-256 of the package, in hex.
    package_sha256: Option<String>,
    /// How an erasure ended, once it is certified: `complete`, `exceptions` or `failed`.
    outcome: Option<serde_json::Value>,
}

/// In which form a package or a certificate is given.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormParams {
    /// `json`, or `csv` of a package, or `html` of a certificate.
    #[param(example = "json")]
    form: Option<String>,
}

/// The people of a site: who they are and by which number a request names them.
#[utoipa::path(get, path = "/sites/{id}/people", operation_id = "list_people", tag = "requests",
    params(("id" = String, Path, description = "The site", example = "mx-one"), PeopleParams),
    responses(
        (status = 200, description = "The people", body = PeopleReply),
        Guarded, OfSite, WithQuery, OfStore
    ))]
pub(crate) async fn people(
    State(api): State<Api>,
    OneSite(seat): OneSite,
    Params(params): Params<PeopleParams>,
) -> Result<Json<PeopleReply>, Problem> {
    let rehearsals = Rehearsals::new(Arc::clone(&api.world), seat);
    let search = params.search.unwrap_or_default();
    let (people, after) = rehearsals.people(&search, params.after.unwrap_or_default()).await?;
    let people = people.into_iter().map(|it| {
        let fields = it.fields.into_iter().map(|(field, value)| (field.to_string(), value.into()));
        PersonReply { number: it.number, fields: fields.collect() }
    });
    Ok(Json(PeopleReply { people: people.collect(), after }))
}

/// Every request of a site.
#[utoipa::path(get, path = "/sites/{id}/requests", operation_id = "list_requests", tag = "requests",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses((status = 200, description = "The requests", body = RequestsReply), Guarded, OfSite, OfStore))]
pub(crate) async fn list(
    State(api): State<Api>,
    OneSite(seat): OneSite,
) -> Result<Json<RequestsReply>, Problem> {
    let now = api.world.now();
    let rehearsals = Rehearsals::new(Arc::clone(&api.world), seat);
    let cases = api.blocking(move |_| rehearsals.list()).await??;
    Ok(Json(RequestsReply { requests: cases.into_iter().map(|it| RequestReply::of(it, now)).collect() }))
}

/// Takes in a person's request. Its deadline begins, on the world's clock.
#[utoipa::path(post, path = "/sites/{id}/requests", operation_id = "receive_request", tag = "requests",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    request_body = IntakeBody,
    responses(
        (status = 201, description = "The request", body = RequestReply),
        Guarded, OfSite, WithBody, OfStep, OfStore
    ))]
pub(crate) async fn receive(
    State(api): State<Api>,
    OneSite(seat): OneSite,
    JsonBody(body): JsonBody<IntakeBody>,
) -> Result<impl IntoResponse, Problem> {
    if body.identifiers.is_empty() {
        return Err(Problem::BadValue("identifiers must name somebody".to_owned()));
    }
    let parse = |it: &IdentifierBody| Identifier::parse(it.kind, &it.text);
    let identifiers = body.identifiers.iter().map(parse).collect::<Result<Vec<_>, _>>();
    let identifiers = identifiers.map_err(|error| Problem::BadValue(error.to_string()))?;
    let (id, kind, takes_silent_ways) = (body.id, body.kind, body.take_silent_ways);
    let rehearsals = Rehearsals::new(Arc::clone(&api.world), seat);
    let case = rehearsals.receive(Intake { id, kind, identifiers, takes_silent_ways }).await?;
    Ok((StatusCode::CREATED, Json(RequestReply::of(case, api.world.now()))))
}

/// One request.
#[utoipa::path(get, path = "/sites/{id}/requests/{request}", operation_id = "show_request", tag = "requests",
    params(
        ("id" = String, Path, description = "The site", example = "mx-one"),
        ("request" = String, Path, description = "The request", example = "r-00001")
    ),
    responses((status = 200, description = "The request", body = RequestReply), Guarded, OfRequest, OfStore))]
pub(crate) async fn show(
    State(api): State<Api>,
    OneRequest { rehearsals, id, .. }: OneRequest,
) -> Result<Json<RequestReply>, Problem> {
    Ok(Json(RequestReply::of(rehearsals.show(&id)?, api.world.now())))
}

/// Takes the next step of a request. A step that is not next changes nothing.
///
/// Of an erasure: `verify-identity`, `locate`, `plan`, `dry-run`, `execute`, `notify`, `search`, `certify`, `close`. Of
/// the others: `verify-identity`, `locate`, `package`, `certify`, `close`. Instead of what would change data: `refuse`
/// or `cancel`.
#[utoipa::path(post, path = "/sites/{id}/requests/{request}/steps/{step}", operation_id = "take_step",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The site", example = "mx-one"),
        ("request" = String, Path, description = "The request", example = "r-00001"),
        ("step" = String, Path, description = "The step", example = "verify-identity")
    ),
    request_body = StepBody,
    responses(
        (status = 200, description = "The request as it is now", body = RequestReply),
        Guarded, OfRequest, WithBody, OfStep, OfStore
    ))]
pub(crate) async fn step(
    State(api): State<Api>,
    OneRequest { rehearsals, id, step }: OneRequest,
    JsonBody(body): JsonBody<StepBody>,
) -> Result<Json<RequestReply>, Problem> {
    let step = step.as_deref().and_then(|it| step_of(it, body));
    let step = step.ok_or_else(|| Problem::BadValue("the path names no step".to_owned()))?;
    // A caller who goes away does not interrupt what has begun.
    let taken = tokio::spawn(async move { rehearsals.step(&id, step).await });
    let case = taken.await.map_err(|error| Problem::unavailable("a step", &error))??;
    Ok(Json(RequestReply::of(case, api.world.now())))
}

/// The copy of the data that an access or portability request asked for, until the request is closed.
#[utoipa::path(get, path = "/sites/{id}/requests/{request}/package", operation_id = "download_package",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The site", example = "mx-one"),
        ("request" = String, Path, description = "The request", example = "r-00001"), FormParams
    ),
    responses(
        (status = 200, description = "The package; `form=csv` gives rows for a spreadsheet", body = Object,
            content_type = "application/json"),
        Guarded, OfRequest, WithQuery, OfStep, OfStore
    ))]
pub(crate) async fn package(
    OneRequest { rehearsals, id, .. }: OneRequest,
    Params(FormParams { form }): Params<FormParams>,
) -> Result<Response, Problem> {
    match form.as_deref() {
        None | Some("json") => Ok((JSON, rehearsals.package(&id)?).into_response()),
        Some("csv") => Ok((CSV, rehearsals.package_csv(&id)?).into_response()),
        Some(_) => Err(Problem::BadQuery("form is json or csv".to_owned())),
    }
}

/// The certificate of a request, with the proof that the flight recorder says so: feed it to `understudy verify`.
#[utoipa::path(get, path = "/sites/{id}/requests/{request}/certificate", operation_id = "download_certificate",
    tag = "requests",
    params(
        ("id" = String, Path, description = "The site", example = "mx-one"),
        ("request" = String, Path, description = "The request", example = "r-00001"), FormParams
    ),
    responses(
        (status = 200, description = "The certificate; `form=html` gives a page to print", body = Object,
            content_type = "application/json"),
        Guarded, OfRequest, WithQuery, OfStep, OfStore
    ))]
pub(crate) async fn certificate(
    OneRequest { rehearsals, id, .. }: OneRequest,
    Params(FormParams { form }): Params<FormParams>,
) -> Result<Response, Problem> {
    let certificate = rehearsals.certificate(&id).await?;
    match form.as_deref() {
        None | Some("json") => Ok((JSON, certificate.to_json()).into_response()),
        Some("html") => Ok((HTML, certificate_page(&certificate)).into_response()),
        Some(_) => Err(Problem::BadQuery("form is json or html".to_owned())),
    }
}

/// The request that the path names, and the step where it names one.
pub(crate) struct OneRequest {
    rehearsals: Rehearsals,
    id: String,
    step: Option<String>,
}

impl FromRequestParts<Api> for OneRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, api).await;
        let Path(path) = path.map_err(|_| Problem::NoSuchSite)?;
        let value = |name: &str| path.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone());
        let seat = value("id").and_then(|it| api.seat(&it)).ok_or(Problem::NoSuchSite)?;
        let id = value("request").ok_or(Problem::NoSuchRequest)?;
        Ok(Self { rehearsals: Rehearsals::new(Arc::clone(&api.world), seat), id, step: value("step") })
    }
}

impl RequestReply {
    fn of(case: Case, now: pbx_kernel::Timestamp) -> Self {
        let request = &case.request;
        let value = |it: serde_json::Result<serde_json::Value>| it.unwrap_or_default();
        let outcome = case.body.as_ref().and_then(|it| match &it.answer {
            pbx_rehearsal::Answer::Erasure(erasure) => {
                Some(value(serde_json::to_value(erasure.verdict.outcome)))
            }
            pbx_rehearsal::Answer::Copy(_) => None,
        });
        Self {
            id: request.id().to_owned(),
            kind: request.kind().as_str(),
            stage: request.stage().as_str(),
            subject: request.subject().to_owned(),
            person: case.person,
            last_day: request.deadline().last_day(),
            overdue: request.is_overdue(now),
            reason: request.reason().map(str::to_owned),
            milestones: request.milestones().to_vec(),
            held: value(serde_json::to_value(&case.held)),
            plan: value(serde_json::to_value(&case.plan)),
            recipients: value(serde_json::to_value(&case.recipients)),
            findings: value(serde_json::to_value(&case.findings)),
            searched_bytes: case.searched_bytes,
            package_sha256: case.package_sha256,
            outcome,
        }
    }
}

/// The step called `name`.
fn step_of(name: &str, body: StepBody) -> Option<Step> {
    Some(match name {
        "verify-identity" => Step::VerifyIdentity { vouched: body.vouched },
        "locate" => Step::Locate,
        "package" => Step::Package,
        "plan" => Step::Plan,
        "dry-run" => Step::DryRun,
        "execute" => Step::Execute,
        "notify" => Step::Notify,
        "search" => Step::Search,
        "certify" => Step::Certify,
        "close" => Step::Close,
        "refuse" => Step::Refuse { reason: body.reason },
        "cancel" => Step::Cancel,
        _ => return None,
    })
}

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];
const CSV: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
const HTML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
