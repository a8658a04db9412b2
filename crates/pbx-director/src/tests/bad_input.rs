use super::*;

#[tokio::test]
async fn a_body_that_cannot_be_used_is_refused_with_its_reason() {
    let desk = Desk::new().await;
    let exactly = |bytes: usize| format!("{{\"seconds\":0{}}}", " ".repeat(bytes - 13));
    let cases = [
        ("", 400),
        ("{", 400),
        ("{\"seconds\":1}}", 400),
        ("{}", 422),
        ("[]", 422),
        ("{\"seconds\":\"1\"}", 422),
        ("{\"seconds\":null}", 422),
        ("{\"seconds\":1,\"seconds\":2}", 422),
        ("{\"seconds\":1,\"minutes\":1}", 422),
        (&exactly(4_096), 200),
        (&exactly(4_097), 413),
    ];
    for (body, expected) in cases {
        let (status, reply) = desk.post("/clock/advance", body).await;
        assert_eq!(status, expected, "{body:.40}: {reply}");
    }
    for (content_type, expected) in [(None, 415), (Some("text/plain"), 415), (Some("application/json"), 200)]
    {
        let mut request = desk.request("POST", "/clock/advance");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let response = desk.send(request.body(Body::from("{\"seconds\":0}")).expect("a request")).await;
        assert_eq!(answer(response).await.0, expected, "{content_type:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let desk = Desk::new().await;
    let body =
        Body::from_stream(futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
    let request = desk.request("POST", "/clock/set").header("content-type", "application/json").body(body);
    let (status, reply) = answer(desk.send(request.expect("a request")).await).await;
    assert_eq!((status, &reply["error"]), (StatusCode::REQUEST_TIMEOUT, &"too-slow".into()));
}

#[tokio::test]
async fn nonsense_is_the_callers_mistake_and_never_the_directors() {
    let desk = Desk::new().await;
    let deep = "[".repeat(4_000);
    let bodies: [&[u8]; 8] = [
        b"\0",
        b"\xff\xfe",
        deep.as_bytes(),
        b"1e999",
        b"{\"time\":\"\"}",
        b"{\"time\":\"\\ud800\"}",
        b"nul",
        b"\"\"",
    ];
    for path in ["/clock/set", "/clock/advance", "/faults"] {
        for body in bodies {
            let method = if path == "/faults" { "PUT" } else { "POST" };
            let request = desk.request(method, path).header("content-type", "application/json");
            let response = desk.send(request.body(Body::from(body.to_vec())).expect("a request")).await;
            assert!(response.status().is_client_error(), "{path} {body:?}: {}", response.status());
            answer(response).await;
        }
    }
    let long = format!("/sites/{}", "x".repeat(20_000));
    let paths =
        ["/sites/%00", "/sites/%ff/records", "/sites/%2e%2e/trail", "/sites/north%2Ftrail", "//", &long];
    for path in paths {
        let (status, _) = desk.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path:.40}");
    }
    for query in ["%ff", "%00=1", "=", "from=99999999999999999999", "limit=1e3", "account=%ff", "event"] {
        let (status, _) = desk.get(&format!("/sites/north/records?{query}")).await;
        assert!(!status.is_server_error(), "{query}: {status}");
    }
}
