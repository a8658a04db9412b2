//! How the programming interface answers. The interface is ours, so it answers as products without a manner of
//! their own do.

use pbx_product::{GENERIC, Wire};
use serde_json::json;

pub(crate) const WIRE: Wire = Wire {
    accepted: |token, signed| json!({ "token": token, "account": signed.principal.account.as_str(), "role": signed.principal.role.id }),
    ..*GENERIC.wire
};
