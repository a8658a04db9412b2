use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _};
use pbx_kernel::{Line, SiteId};
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use utoipa::IntoParams;

use crate::api::Api;
use crate::extract::Params;
use crate::problem::{Guarded, OfSite, OfStore, Problem, WithQuery};

/// Whose records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// Only those of this site.
    #[param(example = "mx-one")]
    site: Option<String>,
}

/// Records as they become durable, from now on, as server-sent events, until the director stops.
///
/// `event: record` has a record as its data, which names its site. `event: missed` says how many events a reader that
/// was too slow has missed, counted over all sites, as `{"missed": n}`: read them with `/sites/{id}/records`.
#[utoipa::path(get, path = "/events", operation_id = "stream_events", tag = "recorder", params(EventParams), responses(
    (status = 200, description = "The stream", body = String, content_type = "text/event-stream",
        example = "event: record\ndata: {\"event\":\"auth.accepted\",\"outcome\":\"ok\",\"product\":\"mx-one\",\
                   \"seq\":0,\"site\":\"mx-one\",\"surface\":\"ssh\",\"time\":\"2026-11-22T09:00:04.120Z\"}\n\n"),
    Guarded, OfSite, WithQuery, OfStore
))]
pub(crate) async fn stream(
    State(api): State<Api>,
    Params(params): Params<EventParams>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let site = match params.site {
        Some(id) => Some(api.seat(&id).ok_or(Problem::NoSuchSite)?.id().clone()),
        None => None,
    };
    let place = api.begin_stream()?;
    let mut stopping = api.stopping.clone();
    let stop = async move { stopping.requested().await };
    let events = BroadcastStream::new(api.world.subscribe()).take_until(stop).filter_map(move |received| {
        // Moved in, so that the place is given back when the stream ends.
        let _ = &place;
        let event = event(received, site.as_ref());
        async move { event.map(Ok) }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(QUIET_TIME_MAX)))
}

/// What to tell a reader who wants the records of `site`, or of all.
fn event(received: Result<(SiteId, Line), BroadcastStreamRecvError>, site: Option<&SiteId>) -> Option<Event> {
    match received {
        Ok((at, _)) if site.is_some_and(|it| *it != at) => None,
        // The recorder writes JSON, which is text and has no line break.
        Ok((_, line)) => String::from_utf8(line.0).ok().map(|it| Event::default().event("record").data(it)),
        Err(BroadcastStreamRecvError::Lagged(count)) => {
            Some(Event::default().event("missed").data(format!("{{\"missed\":{count}}}")))
        }
    }
}

/// After how long a quiet stream says that it is alive, so that both ends notice when the other is not.
const QUIET_TIME_MAX: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reader_that_was_too_slow_is_told_how_many_events_it_missed() {
        let site = SiteId::parse("north").expect("valid");
        let told = event(Err(BroadcastStreamRecvError::Lagged(3)), Some(&site)).map(Ok::<_, Infallible>);
        let response = Sse::new(futures_util::stream::iter(told)).into_response();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(body, "event: missed\ndata: {\"missed\":3}\n\n");
    }
}
