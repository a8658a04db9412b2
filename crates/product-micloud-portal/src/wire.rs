//! How the programming interface answers: JSON under `data`, or a `problem`.

use pbx_product::{Wire, standard_status, wire_reply};
use serde_json::json;

/// The answers.
pub(crate) const WIRE: Wire = Wire {
    login_fields: ("userName", "password"),
    status: |refusal| standard_status(refusal.code()),
    accepted: |token, signed| json!({ "data": { "token": token, "profile": signed.principal.role.id } }),
    rejected: |policy| {
        (401, json!({ "problem": { "code": "sign-in-failed", "message": policy.words.login_failed } }))
    },
    reply: |reply| json!({ "data": wire_reply(reply) }),
    refuse: |refusal| json!({ "problem": { "code": refusal.code(), "message": refusal.to_string() } }),
};
