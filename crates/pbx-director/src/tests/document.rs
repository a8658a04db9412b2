use std::collections::BTreeSet;

use super::*;

const METHODS: [&str; 5] = ["DELETE", "GET", "PATCH", "POST", "PUT"];

/// Every documented path, with a site in place of `{id}` and a request in place of `{request}`, and the methods it takes.
fn paths(desk: &Desk) -> Vec<(String, BTreeSet<String>)> {
    let paths = desk.document["paths"].as_object().expect("paths");
    let methods = |it: &Value| it.as_object().expect("methods").keys().map(|it| it.to_uppercase()).collect();
    let filled = |path: &str| {
        path.replace("{id}", "north").replace("{request}", "r-00001").replace("{step}", "locate")
    };
    paths.iter().map(|(path, item)| (filled(path), methods(item))).collect()
}

/// Asks without waiting for the body: one of them is a stream.
async fn status(desk: &Desk, request: axum::http::request::Builder) -> StatusCode {
    desk.send(request.body(Body::empty()).expect("a request")).await.status()
}

#[tokio::test]
async fn what_is_served_is_documented_and_what_is_documented_is_served() {
    let desk = Desk::new().await;
    let mut operations = Vec::new();
    requests::receive(&desk, "access").await;
    for (path, methods) in paths(&desk) {
        for method in METHODS {
            let status = status(&desk, desk.request(method, &path)).await;
            if methods.contains(method) {
                let served = !matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
                assert!(served, "{method} {path} is documented and answers {status}");
                operations.push(format!("{method} {path}"));
            } else {
                assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            }
        }
    }
    let expected = [
        "GET /clock",
        "POST /clock/advance",
        "POST /clock/freeze",
        "POST /clock/run",
        "POST /clock/set",
        "GET /events",
        "GET /faults",
        "PUT /faults",
        "GET /health",
        "GET /openapi.json",
        "GET /public-key",
        "GET /sites",
        "GET /sites/north",
        "GET /sites/north/accounts",
        "GET /sites/north/checkpoint",
        "GET /sites/north/lockouts",
        "GET /sites/north/people",
        "GET /sites/north/records",
        "GET /sites/north/requests",
        "POST /sites/north/requests",
        "GET /sites/north/requests/r-00001",
        "GET /sites/north/requests/r-00001/certificate",
        "GET /sites/north/requests/r-00001/package",
        "POST /sites/north/requests/r-00001/steps/locate",
        "GET /sites/north/trail",
    ];
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn the_document_is_whole() {
    let desk = Desk::new().await;
    assert!(desk.document["openapi"].as_str().expect("a version").starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for (path, item) in desk.document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let text = |member: &str| operation[member].as_str().unwrap_or_default().to_owned();
            assert!(!text("summary").is_empty(), "{method} {path} has no summary");
            assert!(ids.insert(text("operationId")), "{method} {path} shares its id");
            let is_open = operation["security"] == serde_json::json!([{}]);
            assert_eq!(is_open, ["/health", "/openapi.json"].contains(&path.as_str()), "{path}");
            assert_eq!(operation["responses"].get("401").is_none(), is_open, "{path}");
        }
    }
    let text = desk.document.to_string();
    for (at, _) in text.match_indices("\"$ref\":\"#/components/schemas/") {
        let name = text[at..].split(['/', '"']).nth(6).expect("a name");
        assert!(desk.document["components"]["schemas"].get(name).is_some(), "{name} is not described");
    }
}

#[tokio::test]
async fn nothing_but_health_and_the_document_answers_without_the_token() {
    let desk = Desk::new().await;
    let plain = |method: &str, path: &str| Request::builder().method(method).uri(path);
    for (path, methods) in paths(&desk) {
        let is_open = ["/health", "/openapi.json"].contains(&path.as_str());
        let expected = if is_open { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        for method in methods {
            assert_eq!(status(&desk, plain(&method, &path)).await, expected, "{method} {path}");
        }
    }
    for (method, path) in [("GET", "/"), ("GET", "/nothing"), ("DELETE", "/clock"), ("GET", "/sites/nowhere")]
    {
        assert_eq!(status(&desk, plain(method, path)).await, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}

#[tokio::test]
async fn only_the_whole_token_shown_once_as_bearer_is_believed() {
    let desk = Desk::new().await;
    let token = &desk.token;
    let cases = [
        (vec![format!("Bearer {token}")], true),
        (vec![format!("bearer {token}")], true),
        (vec![format!("Bearer {}", &token[1..])], false),
        (vec![format!("Bearer {token}x")], false),
        (vec!["Bearer ".to_owned()], false),
        (vec![format!("Basic {token}")], false),
        (vec![token.clone()], false),
        (vec![format!("Bearer {token}"), "Bearer other".to_owned()], false),
    ];
    for (values, believed) in cases {
        let mut request = Request::builder().uri("/clock");
        for value in &values {
            request = request.header("authorization", value);
        }
        let response = desk.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status() == StatusCode::OK, believed, "{values:?}");
        assert_eq!(response.headers().get("www-authenticate").is_some(), !believed, "{values:?}");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    let with_query = format!("/clock?token={token}");
    assert_eq!(status(&desk, Request::builder().uri(with_query)).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let desk = Desk::new().await;
    for path in ["/", "/nothing", "/clock/", "/sites/", "/sites/north/nothing", "/../sites"] {
        let (status, reply) = desk.get(path).await;
        assert_eq!((status, &reply["error"]), (StatusCode::NOT_FOUND, &"unknown-operation".into()), "{path}");
    }
    for path in
        ["/sites/nowhere", "/sites/nowhere/records", "/sites/NORTH", "/events?site=x", "/public-key?site=x"]
    {
        let (status, reply) = desk.get(path).await;
        assert_eq!((status, &reply["error"]), (StatusCode::NOT_FOUND, &"unknown-site".into()), "{path}");
    }
    for path in ["/health", "/clock"] {
        let request = desk.request("DELETE", path).body(Body::empty()).expect("a request");
        let response = desk.send(request).await;
        assert!(response.headers()["allow"].to_str().expect("text").contains("GET"));
        let (status, reply) = answer(response).await;
        assert_eq!((status, &reply["error"]), (StatusCode::METHOD_NOT_ALLOWED, &"method-not-allowed".into()));
    }
}

#[tokio::test]
async fn no_other_origin_may_read_an_answer() {
    let desk = Desk::new().await;
    for (method, path) in [("GET", "/health"), ("GET", "/clock"), ("OPTIONS", "/clock")] {
        let request = desk.request(method, path).header("origin", "https://elsewhere.example");
        let response = desk.send(request.body(Body::empty()).expect("a request")).await;
        let allowed = response.headers().keys().any(|it| it.as_str().starts_with("access-control-"));
        assert!(!allowed, "{method} {path}");
    }
}
