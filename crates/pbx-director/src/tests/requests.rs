use pbx_rehearsal::verify;
use serde_json::json;

use super::*;

/// Takes in a request of somebody who is not on record: an outside caller.
pub(super) async fn receive(desk: &Desk, kind: &str) -> Value {
    let body = json!({ "kind": kind, "identifiers": [{ "kind": "phone", "text": "+46 70 123 45 67" }] });
    let (status, request) = desk.post("/sites/north/requests", &body.to_string()).await;
    assert_eq!(status, StatusCode::CREATED, "{request}");
    request
}

async fn step(desk: &Desk, step: &str, body: &str) -> (StatusCode, Value) {
    desk.post(&format!("/sites/north/requests/r-00001/steps/{step}"), body).await
}

#[tokio::test]
async fn a_request_goes_from_intake_to_a_certificate_that_verifies() {
    let desk = Desk::new().await;
    let request = receive(&desk, "access").await;
    assert_eq!((&request["id"], &request["stage"]), (&json!("r-00001"), &json!("received")));
    assert_eq!(request["last_day"], "2026-12-22");
    assert_eq!(desk.get("/sites/north/requests/r-00001/certificate").await.0, StatusCode::CONFLICT);
    for (name, body) in
        [("verify-identity", "{\"vouched\":true}"), ("locate", "{}"), ("package", "{}"), ("certify", "{}")]
    {
        let (status, reply) = step(&desk, name, body).await;
        assert_eq!(status, StatusCode::OK, "{name}: {reply}");
    }
    let (_, package) = desk.get("/sites/north/requests/r-00001/package").await;
    assert_eq!((&package["kind"], &package["stores"][0]["state"]), (&json!("access"), &json!("not held")));
    let (status, csv) = desk.get("/sites/north/requests/r-00001/package?form=csv").await;
    assert_eq!((status, csv.as_str()), (StatusCode::OK, Some("store,record,time,field,value\n")));
    let (_, certificate) = desk.get("/sites/north/requests/r-00001/certificate").await;
    let keys = desk.get("/public-key?site=north").await.1;
    let key = pbx_recorder::PublicKey::parse(keys.as_str().expect("a key").trim()).expect("a key");
    assert_eq!(verify(certificate.to_string().as_bytes(), &key).expect("true").body.request, "r-00001");
    let (_, page) = desk.get("/sites/north/requests/r-00001/certificate?form=html").await;
    assert!(page.as_str().expect("a page").contains("Certificate of access"));
    let (_, list) = desk.get("/sites/north/requests").await;
    assert_eq!(list["requests"][0]["stage"], "certified");
}

#[tokio::test]
async fn a_step_that_is_not_next_and_what_is_not_there_are_refused() {
    let desk = Desk::new().await;
    receive(&desk, "erasure").await;
    for (name, body, expected) in [
        ("execute", "{}", 409),
        ("verify-identity", "{}", 422),
        ("refuse", "{}", 409),
        ("dance", "{}", 422),
        ("locate", "{\"vouched\":1}", 422),
    ] {
        let (status, reply) = step(&desk, name, body).await;
        assert_eq!(status, expected, "{name}: {reply}");
    }
    assert_eq!(desk.get("/sites/north/requests/r-00001").await.1["stage"], "received");
    let (status, reply) = desk.get("/sites/north/requests/r-00002").await;
    assert_eq!((status, &reply["error"]), (StatusCode::NOT_FOUND, &json!("unknown-request")));
    for body in [
        json!({ "kind": "erasure", "identifiers": [] }),
        json!({ "kind": "erasure", "identifiers": [{ "kind": "extension", "text": "x" }] }),
        json!({ "kind": "oblivion", "identifiers": [] }),
    ] {
        let (status, reply) = desk.post("/sites/north/requests", &body.to_string()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{reply}");
    }
    let (status, people) = desk.get("/sites/north/people?search=nobody").await;
    assert_eq!((status, people), (StatusCode::OK, json!({ "people": [], "after": null })));
}
