//! How the programming interface answers: JSON, with a code and a sentence for every refusal.

use pbx_product::{Wire, standard_status, wire_reply};
use serde_json::json;

/// The answers.
pub(crate) const WIRE: Wire = Wire {
    login_fields: ("username", "password"),
    status: |refusal| standard_status(refusal.code()),
    accepted: |token, signed| {
        json!({
            "token": token,
            "account": signed.principal.account.as_str(),
            "profile": signed.principal.role.name,
        })
    },
    rejected: |policy| (401, json!({ "code": "login-failed", "text": policy.words.login_failed })),
    reply: wire_reply,
    refuse: |refusal| json!({ "code": refusal.code(), "field": refusal.field(), "text": refusal.to_string() }),
};
