use axum::Json;
use axum::extract::State;
use pbx_kernel::StoreError;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::api::Api;
use crate::extract::JsonBody;
use crate::problem::{Guarded, WithBody};

/// What the store is made to do. All sites share one store, so it holds for all of them.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schema(example = json!({ "refuse-writes": "full" }))]
pub(crate) struct FaultsReply {
    /// How it refuses every write; `null` lets them through.
    #[serde(deserialize_with = "present")]
    #[schema(required)]
    refuse_writes: Option<RefuseWrites>,
}

/// How the store refuses to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RefuseWrites {
    /// As a broken disk does.
    Failed,
    /// As a full disk does.
    Full,
    /// As a read-only file system does.
    ReadOnly,
}

/// What the store is made to do.
#[utoipa::path(get, path = "/faults", operation_id = "show_faults", tag = "store", responses(
    (status = 200, description = "The faults", body = FaultsReply),
    Guarded
))]
pub(crate) async fn show(State(api): State<Api>) -> Json<FaultsReply> {
    Json(FaultsReply { refuse_writes: api.refuses_writes() })
}

/// Makes the store that all sites share refuse every write, or lets them through again.
///
/// Reading goes on, as it does on a full disk; what cannot be recorded is refused.
#[utoipa::path(put, path = "/faults", operation_id = "change_faults", tag = "store", request_body = FaultsReply,
    responses(
        (status = 200, description = "The faults as they are now", body = FaultsReply),
        Guarded, WithBody
    ))]
pub(crate) async fn change(
    State(api): State<Api>,
    JsonBody(faults): JsonBody<FaultsReply>,
) -> Json<FaultsReply> {
    api.refuse_writes(faults.refuse_writes);
    show(State(api)).await
}

impl Api {
    fn refuse_writes(&self, how: Option<RefuseWrites>) {
        let mut present = self.refuses_writes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *present = how;
        self.world.faults().refuse_writes(how.map(RefuseWrites::error));
    }

    fn refuses_writes(&self) -> Option<RefuseWrites> {
        *self.refuses_writes.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl RefuseWrites {
    fn error(self) -> StoreError {
        match self {
            Self::Failed => StoreError::Failed { what: "the director makes it fail".to_owned() },
            Self::Full => StoreError::Full,
            Self::ReadOnly => StoreError::ReadOnly,
        }
    }
}

/// Reads a member that may be `null` and may not be missing: an empty object would otherwise end a fault.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RefuseWrites>, D::Error> {
    Option::deserialize(from)
}
