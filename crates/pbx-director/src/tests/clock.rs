use serde_json::json;

use super::*;

#[tokio::test]
async fn the_clock_is_set_advanced_frozen_and_let_run() {
    let desk = Desk::new().await;
    let ok = |time: &str, frozen: bool| (StatusCode::OK, json!({ "time": time, "frozen": frozen }));
    assert_eq!(desk.get("/clock").await, ok("2026-11-22T09:00:00.000Z", true));
    let set = desk.post("/clock/set", r#"{"time":"2026-11-22T10:30:00+01:00"}"#).await;
    assert_eq!(set, ok("2026-11-22T09:30:00.000Z", true));
    let advanced = desk.post("/clock/advance", r#"{"seconds":90}"#).await;
    assert_eq!(advanced, ok("2026-11-22T09:31:30.000Z", true));
    let advanced = desk.post("/clock/advance", r#"{"seconds":0.25}"#).await;
    assert_eq!(advanced, ok("2026-11-22T09:31:30.250Z", true));
    assert_eq!(desk.get("/clock").await, ok("2026-11-22T09:31:30.250Z", true));
    let (status, reply) = desk.ask("POST", "/clock/run", None).await;
    assert_eq!((status, &reply["frozen"]), (StatusCode::OK, &json!(false)));
    let (status, reply) = desk.ask("POST", "/clock/freeze", None).await;
    assert_eq!((status, &reply["frozen"]), (StatusCode::OK, &json!(true)));
    assert_eq!(desk.get("/clock").await.1, reply);
}

#[tokio::test]
async fn the_clock_never_goes_back_nor_out_of_all_years() {
    let desk = Desk::new().await;
    let now = r#"{"time":"2026-11-22T09:00:00Z"}"#;
    assert_eq!(desk.post("/clock/set", now).await.0, StatusCode::OK, "now is not back");
    let (status, reply) = desk.post("/clock/set", r#"{"time":"2026-11-22T08:59:59.999Z"}"#).await;
    assert_eq!((status, &reply["error"]), (StatusCode::CONFLICT, &"clock-back".into()));
    let message = reply["message"].as_str().expect("a message");
    assert!(
        message.starts_with("The clock shows 2026-11-22T09:00:00.000Z and cannot be put back"),
        "{message}"
    );
    let far = [
        ("/clock/set", r#"{"time":"9000-01-01T00:00:00.001Z"}"#),
        ("/clock/advance", r#"{"seconds":1e12}"#),
        ("/clock/advance", r#"{"seconds":1e300}"#),
        ("/clock/advance", r#"{"seconds":-0.001}"#),
    ];
    for (path, body) in far {
        assert_eq!(desk.post(path, body).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    assert_eq!(
        desk.get("/clock").await.1["time"],
        "2026-11-22T09:00:00.000Z",
        "what is refused changes nothing"
    );
}

#[tokio::test]
async fn advancing_the_clock_frees_a_lock_and_the_record_is_there() {
    let desk = Desk::new().await;
    let north = desk.seat("north");
    for _ in 0..4 {
        assert!(!log_in(&north, "captain", "wrong").await);
    }
    let (status, reply) = desk.get("/sites/north/lockouts").await;
    assert_eq!(status, StatusCode::OK);
    let expected = json!([{
        "key": "captain", "failures": 4, "locked": true,
        "since": "2026-11-22T09:00:00.000Z", "until": "2026-11-22T09:05:00.000Z"
    }]);
    assert_eq!(reply["lockouts"], expected);
    assert_eq!(desk.get("/sites/south/lockouts").await.1["lockouts"], json!([]));

    desk.post("/clock/advance", r#"{"seconds":299.999}"#).await;
    assert!(!log_in(&north, "captain", "Beacon-Tide-441").await, "a millisecond too early");
    let before = desk.records("north", "").await.len();
    desk.post("/clock/advance", r#"{"seconds":0.001}"#).await;
    let records = desk.records("north", &format!("&from={before}")).await;
    let [record] = records.as_slice() else { panic!("one record: {records:?}") };
    assert_eq!((&record["surface"], &record["outcome"]), (&json!("engine"), &json!("ok")), "{record}");
    assert_eq!(record["time"], "2026-11-22T09:05:00.000Z");
    assert!(record["event"].as_str().is_some_and(|it| it.contains("unlock")), "{record}");
    assert!(log_in(&north, "captain", "Beacon-Tide-441").await);
}
