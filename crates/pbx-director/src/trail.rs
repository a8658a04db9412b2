use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use pbx_kernel::Line;
use pbx_world::Seat;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::Api;
use crate::extract::{OneSite, Params};
use crate::problem::{Guarded, OfSite, OfStore, Problem, WithQuery};

/// A site's trail as the recorder wrote it: one line per row, from the first to the newest durable one.
///
/// Feed it to `understudy verify`. What is recorded while it is read is not part of it.
#[utoipa::path(get, path = "/sites/{id}/trail", operation_id = "download_trail", tag = "recorder",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses(
        (status = 200, description = "The lines", body = String, content_type = "text/plain"),
        Guarded, OfSite, OfStore
    ))]
pub(crate) async fn download(State(api): State<Api>, OneSite(seat): OneSite) -> Result<Response, Problem> {
    let place = api.begin_stream()?;
    let end = api.settle(&seat).await?;
    let rows = try_unfold((api, seat, 0, place), move |(api, seat, from, place)| async move {
        let limit = LINES_AT_ONCE.min(usize::try_from(end - from).unwrap_or(LINES_AT_ONCE));
        let lines = if limit == 0 { Vec::new() } else { api.lines(&seat, from, limit).await? };
        if lines.is_empty() {
            return Ok::<_, Broken>(None);
        }
        let next = from + lines.len() as u64;
        Ok(Some((rows(lines), (api, seat, next, place))))
    });
    Ok((PLAIN, Body::from_stream(rows)).into_response())
}

/// A checkpoint of a site's trail as it is now: a signed note over lines that are durable.
///
/// It is kept with the site's others. Keep it elsewhere to prove later that nothing before it was changed.
#[utoipa::path(get, path = "/sites/{id}/checkpoint", operation_id = "show_checkpoint", tag = "recorder",
    params(("id" = String, Path, description = "The site", example = "mx-one")),
    responses(
        (status = 200, description = "A note in the form of C2SP tlog-checkpoint", body = String,
            content_type = "text/plain"),
        Guarded, OfSite, OfStore
    ))]
pub(crate) async fn checkpoint(
    State(api): State<Api>,
    OneSite(seat): OneSite,
) -> Result<impl IntoResponse, Problem> {
    Ok((PLAIN, api.world.checkpoint(seat.id()).await?))
}

/// Whose key.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyParams {
    /// Only the key of this site.
    #[param(example = "mx-one")]
    site: Option<String>,
}

/// The public keys by which checkpoints are verified, one line per site, each with the origin it belongs to.
#[utoipa::path(get, path = "/public-key", operation_id = "show_public_key", tag = "recorder", params(KeyParams),
    responses(
        (status = 200, description = "Verifier keys in the form of C2SP signed-note", body = String,
            content_type = "text/plain"),
        Guarded, OfSite, WithQuery
    ))]
pub(crate) async fn public_key(
    State(api): State<Api>,
    Params(params): Params<KeyParams>,
) -> Result<impl IntoResponse, Problem> {
    let Some(site) = params.site else { return Ok((PLAIN, api.world.public_key())) };
    let seat = api.seat(&site).ok_or(Problem::NoSuchSite)?;
    let origin = format!("/{}+", seat.id());
    let keys = api.world.public_key();
    // A key begins with its origin, which ends in the site's id; after that there is no second slash before a plus.
    let key = keys.lines().find(|it| it.find('+').is_some_and(|plus| it[..=plus].ends_with(&origin)));
    Ok((PLAIN, key.map(|it| format!("{it}\n")).unwrap_or_default()))
}

impl Api {
    /// At most `limit` durable lines of the trail.
    pub(crate) async fn lines(
        &self,
        seat: &Arc<Seat>,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Line>, Problem> {
        let seat = Arc::clone(seat);
        Ok(self.blocking(move |world| world.lines(seat.id(), from, limit)).await??)
    }

    /// Waits until what the trail has now is durable, but not for ever: a disk that refuses writes may keep it away.
    /// Returns how long the trail was.
    pub(crate) async fn settle(&self, seat: &Arc<Seat>) -> Result<u64, Problem> {
        let end = seat.trail_len();
        let Some(newest) = end.checked_sub(1) else { return Ok(end) };
        for _ in 0..SETTLE_LOOKS_MAX {
            if !self.lines(seat, newest, 1).await?.is_empty() {
                break;
            }
            tokio::time::sleep(SETTLE_PAUSE).await;
        }
        Ok(end)
    }
}

/// Why a trail ends in the middle: the connection is cut, so that nobody takes the half for the whole.
#[derive(Debug, thiserror::Error)]
#[error("the trail cannot be read")]
struct Broken;

impl From<Problem> for Broken {
    fn from(_: Problem) -> Self {
        // It is in the log already.
        Self
    }
}

fn rows(lines: Vec<Line>) -> Bytes {
    let mut text = Vec::with_capacity(lines.iter().map(|it| it.0.len() + 1).sum());
    for line in lines {
        text.extend_from_slice(&line.0);
        text.push(b'\n');
    }
    text.into()
}

/// Lines of JSON, notes and keys are text.
const PLAIN: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];

/// How many lines are held at once for a caller: a quarter of a megabyte, as lines usually are.
pub(crate) const LINES_AT_ONCE: usize = 256;

/// How often the newest lines are looked for: for a second. What nobody waits for takes the store 100 ms.
const SETTLE_LOOKS_MAX: u32 = 100;

/// How soon they are looked for again.
const SETTLE_PAUSE: Duration = Duration::from_millis(10);
