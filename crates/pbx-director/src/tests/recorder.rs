use pbx_recorder::{Anchor, Anchoring, PublicKey};
use serde_json::json;

use super::*;

#[tokio::test]
async fn records_are_found_by_event_outcome_and_account() {
    let desk = Desk::new().await;
    let north = desk.seat("north");
    let before = desk.records("north", "").await.len();
    assert!(!log_in(&north, "captain", "wrong").await);
    assert!(!log_in(&north, "mate", "wrong").await);
    assert!(log_in(&north, "Captain", "Beacon-Tide-441").await);
    let all = desk.records("north", "").await;
    assert!(all.len() > before);
    let seqs: Vec<_> = all.iter().map(|it| it["seq"].as_u64().expect("a number")).collect();
    assert_eq!(seqs, (0..all.len() as u64).collect::<Vec<_>>());

    let refused = desk.records("north", "&outcome=refused").await;
    assert_eq!(refused, all.iter().filter(|it| it["outcome"] == "refused").cloned().collect::<Vec<_>>());
    assert_eq!(refused.len(), 2);
    let event = refused[0]["event"].as_str().expect("text");
    assert_eq!(desk.records("north", &format!("&event={event}&outcome=refused")).await, refused);
    assert_eq!(desk.records("north", "&event=no.such.event").await, Vec::<Value>::new());

    let captain = desk.records("north", "&account=captain").await;
    assert_eq!(desk.records("north", "&account=CAPTAIN").await, captain, "names ignore case here");
    assert_eq!(captain.iter().filter(|it| it["outcome"] == "refused").count(), 1, "{captain:?}");
    // The account's role has the same name, and is no secret.
    let named = |it: &&Value| it.to_string().replace("\"role\":\"captain\"", "").contains("captain");
    assert_eq!(captain.iter().find(named), None, "people are pseudonyms");
    assert_eq!(desk.records("north", "&account=nobody").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_page_of_records_has_its_bounds() {
    let desk = Desk::new().await;
    log_in(&desk.seat("north"), "captain", "wrong").await;
    let all = desk.records("north", "").await;
    let (status, page) = desk.get("/sites/north/records?limit=1").await;
    assert_eq!((status, &page["records"], &page["next"]), (StatusCode::OK, &json!([all[0]]), &json!(1)));
    let past = format!("/sites/north/records?from={}", u64::MAX);
    assert_eq!(desk.get(&past).await, (StatusCode::OK, json!({ "records": [], "next": null })));
    for (query, status) in [("limit=0", 400), ("limit=1000", 200), ("limit=1001", 400), ("from=-1", 400)] {
        assert_eq!(desk.get(&format!("/sites/north/records?{query}")).await.0, status, "{query}");
    }
    for query in
        ["limit=x", "outcome=maybe", "account=", "account=%00", "unknown=1", "from=1&from=2", "limit="]
    {
        let (status, reply) = desk.get(&format!("/sites/north/records?{query}")).await;
        assert_eq!((status, &reply["error"]), (StatusCode::BAD_REQUEST, &"bad-query".into()), "{query}");
    }
}

#[tokio::test]
async fn a_trail_is_verified_with_the_checkpoint_and_the_key_that_the_director_gives() {
    let desk = Desk::new().await;
    for _ in 0..3 {
        log_in(&desk.seat("north"), "captain", "wrong").await;
    }
    let text = async |path: &str| match desk.get(path).await {
        (StatusCode::OK, Value::String(text)) => text,
        other => panic!("{path}: {other:?}"),
    };
    let note = text("/sites/north/checkpoint").await;
    let trail = text("/sites/north/trail").await;
    let key = text("/public-key?site=north").await;
    let key = PublicKey::parse(key.trim()).expect("a key");
    let anchors = [Anchor { name: "now".to_owned(), text: note, anchoring: Anchoring::Outside }];
    let report = pbx_recorder::verify(trail.lines().map(str::as_bytes), &anchors, &key);
    assert!(report.is_intact(), "{report}");
    assert_eq!(trail.lines().count() as u64, desk.seat("north").trail_len());
    let shorter: Vec<_> = trail.lines().skip(1).collect();
    assert!(!pbx_recorder::verify(shorter.iter().map(|it| it.as_bytes()), &anchors, &key).is_intact());

    let keys = text("/public-key").await;
    assert_eq!(keys.lines().count(), 2);
    assert!(keys.lines().any(|it| PublicKey::parse(it).as_ref() == Ok(&key)));
}

#[tokio::test]
async fn sites_are_listed_as_they_are() {
    let desk = Desk::new().await;
    let (status, reply) = desk.get("/sites").await;
    assert_eq!(status, StatusCode::OK);
    let sites = reply["sites"].as_array().expect("sites");
    assert_eq!(sites.iter().map(|it| &it["id"]).collect::<Vec<_>>(), ["north", "south"]);
    assert_eq!(desk.get("/sites/north").await, (StatusCode::OK, sites[0].clone()));
    assert_eq!(sites[0]["product"], "harbour-pbx");
    assert!(sites[0]["listeners"].as_array().is_some_and(|it| it.iter().any(|it| it["admits"] == "all")));
    assert!(!reply.to_string().contains("Beacon-Tide-441"), "passwords are in the endpoints file only");
}

#[tokio::test]
async fn a_full_disk_is_feigned_and_ended() {
    let desk = Desk::new().await;
    let north = desk.seat("north");
    let records = desk.records("north", "").await;
    assert_eq!(desk.get("/faults").await, (StatusCode::OK, json!({ "refuse-writes": null })));
    for how in ["failed", "read-only", "full"] {
        let fault = json!({ "refuse-writes": how });
        assert_eq!(
            desk.ask("PUT", "/faults", Some(&fault.to_string())).await,
            (StatusCode::OK, fault.clone())
        );
        assert_eq!(desk.get("/faults").await.1, fault);
        let attempt = Attempt {
            name: "captain".to_owned(),
            proof: Proof::Password(Secret::new("Beacon-Tide-441")),
            surface: Surface::Web,
            source: Source::new([10, 0, 0, 7].into()),
        };
        assert!(north.log_in(attempt).await.is_err(), "{how}");
        let (status, reply) = desk.get("/sites/north/checkpoint").await;
        assert_eq!(
            (status, &reply["error"]),
            (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()),
            "{how}"
        );
        assert_eq!(desk.records("north", "").await, records, "what is there can be read");
    }
    for refused in ["{}", r#"{"refuse-writes":"slow"}"#, r#"{"refuse-writes":null,"more":1}"#, "null", "[]"] {
        let (status, _) = desk.ask("PUT", "/faults", Some(refused)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    assert_eq!(desk.get("/faults").await.1, json!({ "refuse-writes": "full" }), "a refused change is none");
    desk.ask("PUT", "/faults", Some(r#"{"refuse-writes":null}"#)).await;
    assert!(log_in(&north, "captain", "Beacon-Tide-441").await);
}
