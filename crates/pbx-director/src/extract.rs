use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use pbx_kernel::SiteId;
use pbx_world::Seat;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::problem::Problem;

/// A body of JSON.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match tokio::time::timeout(BODY_TIME_MAX, Json::from_request(request, state)).await {
            Ok(Ok(Json(body))) => Ok(Self(body)),
            Ok(Err(rejection)) => Err(rejection.into()),
            Err(_) => Err(Problem::TooSlow),
        }
    }
}

/// The parameters of the query.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(params) = Query::from_request_parts(parts, state).await?;
        Ok(Self(params))
    }
}

/// The site that the path names.
pub(crate) struct OneSite(pub(crate) Arc<Seat>);

impl FromRequestParts<Api> for OneSite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, api).await;
        // A name that is not even text names no site.
        let Path(id) = path.map_err(|_| Problem::NoSuchSite)?;
        api.seat(&id).ok_or(Problem::NoSuchSite).map(Self)
    }
}

impl Api {
    /// The site called `id`, if there is one.
    pub(crate) fn seat(&self, id: &str) -> Option<Arc<Seat>> {
        self.world.seat(&SiteId::parse(id).ok()?)
    }
}

/// How long a body may take: it fits one packet.
const BODY_TIME_MAX: Duration = Duration::from_secs(5);
