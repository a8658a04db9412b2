//! How the programming interface answers: JSON whose names begin with a capital, as on its kind of web server. What
//! callers send has the names that all faces share.

use pbx_product::{Wire, standard_status, wire_reply};
use serde_json::json;

/// The answers.
pub(crate) const WIRE: Wire = Wire {
    login_fields: ("username", "password"),
    status: |refusal| standard_status(refusal.code()),
    accepted: |token, signed| {
        json!({
            "AccessToken": token,
            "TokenType": "Bearer",
            "User": signed.principal.account.as_str(),
            "Role": signed.principal.role.name,
        })
    },
    rejected: |policy| (401, json!({ "Error": "InvalidLogon", "Message": policy.words.login_failed })),
    reply: |reply| json!({ "Result": wire_reply(reply) }),
    refuse: |refusal| json!({ "Error": refusal.code(), "Message": refusal.to_string() }),
};
