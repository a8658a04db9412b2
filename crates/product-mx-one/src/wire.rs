//! How the programming interface answers. The login's members are documented by the vendor; refusals carry the same
//! members as a failed login, with codes and sentences of our own.

use pbx_estate::Refusal;
use pbx_policy::Policy;
use pbx_product::{Signed, Wire, standard_status, wire_reply};
use serde_json::{Value, json};

pub(crate) const WIRE: Wire =
    Wire { login_fields: ("username", "password"), status, accepted, rejected, reply: wire_reply, refuse };

fn accepted(token: &str, signed: &Signed<'_>) -> Value {
    // There is one token: it lives as long as its session, so what refreshes it is the session itself.
    json!({
        "token": token,
        "refreshToken": token,
        "version": signed.policy.product.releases.first(),
        "build": "understudy",
        "brand": "mxone",
    })
}

fn rejected(policy: &Policy) -> (u16, Value) {
    let detail = "One answer for an unknown user, a wrong password and a locked user.";
    (400, error(400, "login-failed", &policy.words.login_failed, detail))
}

fn refuse(refusal: &Refusal) -> Value {
    let detail = refusal.field().map(|it| format!("See the value of {it}.")).unwrap_or_default();
    error(status(refusal), refusal.code(), &refusal.to_string(), &detail)
}

fn status(refusal: &Refusal) -> u16 {
    standard_status(refusal.code())
}

fn error(status: u16, code: &str, message: &str, detail: &str) -> Value {
    json!({
        "mitelErrorCode": code,
        "errorMsg": message,
        "developerMsg": detail,
        "responseStatus": phrase(status),
        "responseCode": status,
    })
}

/// The name that HTTP gives to a status.
fn phrase(status: u16) -> &'static str {
    match status {
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        409 => "CONFLICT",
        _ => "BAD_REQUEST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_members_of_the_vendors_errors() {
        let refusal = Refusal::NoSuch("extension", "2101".to_owned());
        let expected = json!({
            "mitelErrorCode": "no-such",
            "errorMsg": "There is no extension \"2101\".",
            "developerMsg": "",
            "responseStatus": "NOT_FOUND",
            "responseCode": 404,
        });
        assert_eq!((status(&refusal), refuse(&refusal)), (404, expected));
    }

    #[test]
    fn a_forbidden_operation_is_forbidden() {
        let refusal = Refusal::NotPermitted("accounts.read".to_owned());
        assert_eq!((status(&refusal), refuse(&refusal)["responseStatus"].as_str()), (403, Some("FORBIDDEN")));
    }
}
