use std::time::Duration;

use axum::Json;
use axum::extract::State;
use pbx_kernel::Timestamp;
use pbx_world::World;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::JsonBody;
use crate::problem::{ErrorReply, Guarded, OfStore, Problem, WithBody};

/// The world's clock.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "time": "2026-11-22T09:20:00.000Z", "frozen": false }))]
pub(crate) struct ClockReply {
    /// What it shows, RFC 3339 in UTC.
    #[schema(format = DateTime)]
    time: String,
    /// Whether it stands still.
    frozen: bool,
}

impl ClockReply {
    fn of(world: &World) -> Self {
        Self { time: world.now().to_string(), frozen: world.clock().is_frozen() }
    }
}

/// Where to set the clock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "time": "2026-11-22T09:20:00Z" }))]
pub(crate) struct SetClock {
    /// A moment that is not before what the clock shows, RFC 3339.
    #[schema(format = DateTime)]
    time: String,
}

/// How far to put the clock forward.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "seconds": 600 }))]
pub(crate) struct AdvanceClock {
    /// Seconds; fractions count to the millisecond.
    #[schema(minimum = 0)]
    seconds: f64,
}

/// What the clock shows.
#[utoipa::path(get, path = "/clock", operation_id = "show_clock", tag = "clock", responses(
    (status = 200, description = "The clock", body = ClockReply),
    Guarded
))]
pub(crate) async fn show(State(api): State<Api>) -> Json<ClockReply> {
    Json(ClockReply::of(&api.world))
}

/// Puts the clock forward to a moment. Whatever is due by then has happened when this answers.
#[utoipa::path(post, path = "/clock/set", operation_id = "set_clock", tag = "clock", request_body = SetClock, responses(
    (status = 200, description = "The clock as it is now", body = ClockReply),
    (status = 409, description = "The moment has passed: the clock never goes back", body = ErrorReply, example = json!({
        "error": "clock-back",
        "message": "The clock shows 2026-11-22T09:20:00.000Z and cannot be put back: choose a later time, or start a \
                    world of its own for an earlier one."
    })),
    Guarded, WithBody, OfStore
))]
pub(crate) async fn set(
    State(api): State<Api>,
    JsonBody(body): JsonBody<SetClock>,
) -> Result<Json<ClockReply>, Problem> {
    let moment = Timestamp::parse(&body.time).ok_or_else(|| {
        Problem::BadValue("time is a moment in RFC 3339, for example 2026-11-22T09:20:00Z".to_owned())
    })?;
    change(&api, move |world| Ok(world.clock().set(moment)?)).await
}

/// Puts the clock forward by a time. Whatever is due by then has happened when this answers.
#[utoipa::path(post, path = "/clock/advance", operation_id = "advance_clock", tag = "clock",
    request_body = AdvanceClock, responses(
        (status = 200, description = "The clock as it is now", body = ClockReply),
        Guarded, WithBody, OfStore
    ))]
pub(crate) async fn advance(
    State(api): State<Api>,
    JsonBody(body): JsonBody<AdvanceClock>,
) -> Result<Json<ClockReply>, Problem> {
    let duration = Duration::try_from_secs_f64(body.seconds).map_err(|_| {
        Problem::BadValue("seconds is a number, not negative and not beyond all years".to_owned())
    })?;
    change(&api, move |world| Ok(world.clock().advance(duration)?)).await
}

/// Stops the clock where it is. One that stands still stays so.
#[utoipa::path(post, path = "/clock/freeze", operation_id = "freeze_clock", tag = "clock", responses(
    (status = 200, description = "The clock as it is now", body = ClockReply),
    Guarded, OfStore
))]
pub(crate) async fn freeze(State(api): State<Api>) -> Result<Json<ClockReply>, Problem> {
    change(&api, |world| {
        world.clock().freeze();
        Ok(())
    })
    .await
}

/// Lets the clock run on from where it is. One that runs goes on.
#[utoipa::path(post, path = "/clock/run", operation_id = "run_clock", tag = "clock", responses(
    (status = 200, description = "The clock as it is now", body = ClockReply),
    Guarded, OfStore
))]
pub(crate) async fn run(State(api): State<Api>) -> Result<Json<ClockReply>, Problem> {
    change(&api, |world| {
        world.clock().run();
        Ok(())
    })
    .await
}

/// Changes the clock where it may take a while: every site does what is due by then.
async fn change(
    api: &Api,
    change: impl FnOnce(&World) -> Result<(), Problem> + Send + 'static,
) -> Result<Json<ClockReply>, Problem> {
    let reply = api.blocking(move |world| change(world).map(|()| ClockReply::of(world))).await??;
    Ok(Json(reply))
}
