use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, SigningKey};
use pbx_kernel::{SiteId, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::request::RequestKind;

const DOMAIN: &str = "pbx.example";
const ID: &str = "a7551968-d5d6-44b2-9831-815ac9017798";

fn body() -> Value {
    json!({
        "regulation": "gdpr",
        "subject_request_id": ID,
        "subject_request_type": "erasure",
        "submitted_time": "2026-11-22T09:00:00+01:00",
        "subject_identities": [
            { "identity_type": "email", "identity_value": "ada@example.com", "identity_format": "raw" }
        ],
        "status_callback_urls": ["https://controller.example/callbacks"],
        "extensions": {
            "pbx.example": { "site": "north", "extension_numbers": ["201"], "phone_numbers": ["+46701234567"] },
            "other.example": { "anything": 1 }
        },
        "group_id": "ignored"
    })
}

fn parse(dialect: Dialect, body: &Value) -> Result<DsrRequest, DsrFault> {
    DsrRequest::parse(dialect, DOMAIN, body.to_string().as_bytes())
}

fn request() -> DsrRequest {
    parse(Dialect::OpenDsr, &body()).expect("valid")
}

fn processor() -> Processor {
    Processor {
        domain: DOMAIN.to_owned(),
        controller: "lab".to_owned(),
        certificate_url: "https://pbx.example/certificate.pem".to_owned(),
        key: SigningKey::from_bytes(&[7; 32]),
    }
}

fn is_signed(bytes: &[u8], signature: &str) -> bool {
    let signature = Signature::from_slice(&STANDARD.decode(signature).expect("base64")).expect("a signature");
    processor().key.verifying_key().verify_strict(&Sha256::digest(bytes), &signature).is_ok()
}

#[test]
fn a_request_is_understood_under_all_three_names() {
    for (route, dialect) in [
        ("opengdpr_requests", Dialect::OpenGdpr),
        ("OpenDSR_requests", Dialect::OpenDsr),
        ("opencompliance_requests", Dialect::OpenCompliance),
    ] {
        assert_eq!(Dialect::of_route(route), Some(dialect));
        let request = parse(dialect, &body()).expect("valid");
        assert_eq!((request.id.as_str(), request.kind), (ID, RequestKind::Erasure));
        assert_eq!(request.submitted, Timestamp::parse("2026-11-22T08:00:00Z").expect("a time"));
        assert_eq!(request.identities[0].value.expose_secret(), "ada@example.com");
        assert_eq!(request.extension.site, SiteId::parse("north").ok());
        assert_eq!(request.extension.extension_numbers[0].expose_secret(), "201");
        assert_eq!(request.callbacks, ["https://controller.example/callbacks"]);
        assert!(!format!("{request:?}").contains("ada") && !format!("{request:?}").contains("201"));
    }
    assert_eq!(Dialect::of_route("requests"), None);
}

#[test]
fn identities_may_be_an_object() {
    let mut body = body();
    body["subject_identities"] = json!({
        "email": { "value": "A".repeat(64), "encoding": "sha256" },
        "mobile_number": { "value": "+46701234567" },
        "controller_customer_id": { "value": "201", "encoding": "raw" }
    });
    let mut found: Vec<_> = parse(Dialect::OpenDsr, &body)
        .expect("valid")
        .identities
        .iter()
        .map(|it| (it.kind, it.format))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (IdentityType::ControllerCustomerId, IdentityFormat::Raw),
            (IdentityType::Email, IdentityFormat::Sha256),
            (IdentityType::Phone, IdentityFormat::Raw)
        ]
    );
}

#[test]
fn an_extension_number_alone_names_a_person() {
    let mut body = body();
    body.as_object_mut().expect("an object").remove("subject_identities");
    assert!(parse(Dialect::OpenDsr, &body).is_ok());
    body["extensions"]["pbx.example"] = json!({ "site": "north" });
    let fault = parse(Dialect::OpenDsr, &body).expect_err("nobody is named");
    assert_eq!(fault.to_string(), "subject_identities field is required");
}

#[test]
fn the_older_names_do_not_know_the_regulation() {
    let mut body = body();
    body.as_object_mut().expect("an object").remove("regulation");
    assert_eq!(parse(Dialect::OpenGdpr, &body).map(|it| it.regulation), Ok(Regulation::Gdpr));
    assert_eq!(parse(Dialect::OpenDsr, &body).map(|it| it.regulation), Ok(Regulation::Gdpr));
    assert!(parse(Dialect::OpenCompliance, &body).is_err());
}

#[track_caller]
fn refuses(pointer: &str, value: Value, message: &str) {
    let mut body = body();
    *body.pointer_mut(pointer).expect("a member") = value;
    let fault = parse(Dialect::OpenCompliance, &body).expect_err(pointer);
    assert!(fault.to_string().contains(message), "{pointer}: {fault}");
    assert_eq!(fault.code(), 400);
}

#[test]
fn what_is_wrong_is_said_without_saying_who() {
    refuses("/regulation", json!("hipaa"), "regulation");
    refuses("/subject_request_id", Value::Null, "subject_request_id field is required");
    refuses("/subject_request_id", json!(ID.to_uppercase()), "UUID of version 4 in lower case");
    refuses("/subject_request_id", json!("a7551968-d5d6-14b2-9831-815ac9017798"), "UUID");
    refuses("/subject_request_id", json!(7), "not a string");
    refuses("/subject_request_type", json!("rectification"), "subject_request_type");
    refuses("/submitted_time", json!("2026-11-22"), "RFC 3339");
    refuses("/subject_identities", json!("ada@example.com"), "neither an array nor an object");
    refuses("/subject_identities/0/identity_type", json!("roku_publisher_id"), "identity_type");
    refuses("/subject_identities/0/identity_format", json!("md5"), "identity_format");
    refuses("/subject_identities/0/identity_format", json!("sha256"), "64 hex digits");
    refuses("/subject_identities/0/identity_value", json!("x".repeat(257)), "256 bytes");
    refuses("/subject_identities", json!(vec![json!({}); 33]), "more than 32");
    refuses("/extensions/pbx.example", json!({ "extension": "201" }), "do not know");
    refuses("/extensions/pbx.example/site", json!("North!"), "site");
    refuses("/extensions/pbx.example/extension_numbers", json!([201]), "extension_numbers");
    for url in ["http://controller.example/", "https://", "https://user@controller.example/", "https://a b/"]
    {
        refuses("/status_callback_urls/0", json!(url), "callback URL");
    }
    refuses("/status_callback_urls", json!(vec!["https://a.example"; 9]), "at most 8");
    let long = " ".repeat(DsrRequest::BODY_BYTES_MAX + 1);
    assert!(DsrRequest::parse(Dialect::OpenDsr, DOMAIN, long.as_bytes()).is_err());
}

#[test]
fn an_error_has_the_form_of_the_specification() {
    let fault: Value =
        serde_json::from_slice(&DsrFault::missing("subject_request_id").to_bytes()).expect("JSON");
    let message = "subject_request_id field is required";
    assert_eq!(
        fault,
        json!({ "error": { "code": 400, "message": message,
            "errors": [{ "domain": "Validation", "reason": "required", "message": message }] } })
    );
    assert_eq!(DsrFault::unknown_request().code(), 404);
}

#[test]
fn a_receipt_is_signed_in_the_header_and_in_the_body() {
    let sent = body().to_string();
    let (received, expected) = (Timestamp::from_millis(0), Timestamp::from_millis(86_400_000));
    let receipt = processor().receipt(&request(), sent.as_bytes(), received, expected);
    assert_eq!(receipt.code, Some(201));
    assert_eq!(receipt.headers[0], ("X-OpenDSR-Processor-Domain", DOMAIN.to_owned()));
    assert_eq!(receipt.headers[1].0, "X-OpenDSR-Signature");
    assert!(is_signed(&receipt.body, &receipt.headers[1].1));
    let text = String::from_utf8(receipt.body).expect("text");
    let (unsigned, rest) = text.split_once(",\"processor_signature\":\"").expect("the last member");
    assert!(is_signed(format!("{unsigned}}}").as_bytes(), rest.trim_end_matches("\"}")));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["received_time"], "1970-01-01T00:00:00.000Z");
    assert_eq!(value["expected_completion_time"], "1970-01-02T00:00:00.000Z");
    assert_eq!(value["encoded_request"], STANDARD.encode(sent));
    assert_eq!((&value["controller_id"], &value["subject_request_id"]), (&json!("lab"), &json!(ID)));
}

#[test]
fn status_callback_and_cancellation_say_what_the_specification_asks_for() {
    let (processor, request, at) = (processor(), request(), Timestamp::from_millis(0));
    let results = DsrResults { url: Some("https://pbx.example/results/1".to_owned()), count: Some(103) };
    let value = |it: &DsrMessage| -> Value { serde_json::from_slice(&it.body).expect("JSON") };
    let status = processor.status(&request, DsrStatus::InProgress, at, &DsrResults::default());
    assert_eq!((status.code, &value(&status)["request_status"]), (Some(200), &json!("in_progress")));
    assert_eq!(value(&status).get("results_url"), None);
    let callback = processor.callback(&request, &request.callbacks[0], DsrStatus::Completed, at, &results);
    assert_eq!((callback.code, &value(&callback)["results_count"]), (None, &json!(103)));
    assert_eq!(value(&callback)["status_callback_url"], request.callbacks[0]);
    let cancellation = processor.cancellation(&request, at);
    assert_eq!((cancellation.code, &value(&cancellation)["subject_request_id"]), (Some(202), &json!(ID)));
    for message in [status, callback, cancellation] {
        assert!(is_signed(&message.body, &message.headers[1].1));
    }
}

#[test]
fn discovery_lists_what_is_understood() {
    let discovery: Value = serde_json::from_slice(&processor().discovery().body).expect("JSON");
    assert_eq!(discovery["api_version"], "1.0");
    assert_eq!(discovery["processor_certificate"], "https://pbx.example/certificate.pem");
    for pair in discovery["supported_identities"].as_array().expect("a list") {
        let mut body = body();
        let value = if pair["identity_format"] == "raw" { "201".to_owned() } else { "0".repeat(64) };
        body["subject_identities"] = json!([{ "identity_type": pair["identity_type"],
            "identity_format": pair["identity_format"], "identity_value": value }]);
        assert!(parse(Dialect::OpenDsr, &body).is_ok(), "{pair}");
    }
    for kind in discovery["supported_subject_request_types"].as_array().expect("a list") {
        let mut body = body();
        body["subject_request_type"] = kind.clone();
        assert!(parse(Dialect::OpenDsr, &body).is_ok(), "{kind}");
    }
}

#[test]
fn only_a_pending_request_is_cancelled() {
    let site = SiteId::parse("north").expect("valid");
    let now = Timestamp::from_millis(0);
    let request = Request::receive(now, ID, site, RequestKind::Access, "5f").expect("valid");
    let verified = request.advanced(now, Stage::IdentityVerified).expect("allowed");
    let located = verified.advanced(now, Stage::Located).expect("allowed");
    assert_eq!(DsrStatus::of(&request).may_be_cancelled(), Ok(()));
    assert_eq!(DsrStatus::of(&verified).may_be_cancelled(), Ok(()));
    assert_eq!(DsrStatus::of(&located).may_be_cancelled(), Err(DsrFault::not_pending()));
    let refused = located.refused(now, "unfounded").expect("allowed");
    assert_eq!(DsrStatus::of(&refused), DsrStatus::Cancelled);
}

proptest! {
    #[test]
    fn hostile_bodies_are_refused_and_never_repeated(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        pointer in prop::sample::select(vec![
            "/subject_request_id", "/subject_request_type", "/submitted_time", "/subject_identities",
            "/subject_identities/0/identity_type", "/status_callback_urls", "/extensions",
        ]),
        text in "Zq[a-z@]{6,20}Zq",
    ) {
        prop_assert!(DsrRequest::parse(Dialect::OpenDsr, DOMAIN, &bytes).is_err());
        let mut body = body();
        *body.pointer_mut(pointer).expect("a member") = json!(text);
        let fault = parse(Dialect::OpenDsr, &body).expect_err("no member may be that");
        prop_assert!(!String::from_utf8_lossy(&fault.to_bytes()).contains(&text));
    }
}
