use std::time::Duration;

use super::*;

/// A stream of events that is open.
struct Events(Body, String);

impl Events {
    async fn open(desk: &Desk, path: &str) -> Self {
        let response = desk.send(desk.request("GET", path).body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body(), String::new())
    }

    /// The next event, without its empty line; none at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let event = event.to_owned();
                self.1 = rest.to_owned();
                return Some(event);
            }
            let frame =
                tokio::time::timeout(Duration::from_secs(20), self.0.frame()).await.expect("in time")?;
            let data = frame.expect("no error").into_data().expect("data");
            self.1.push_str(std::str::from_utf8(&data).expect("text"));
        }
    }

    async fn next_record(&mut self) -> Option<Value> {
        let event = self.next().await?;
        let data = event.strip_prefix("event: record\ndata: ").expect("a record");
        Some(serde_json::from_str(data).expect("JSON"))
    }
}

#[tokio::test]
async fn records_are_streamed_as_they_come_and_name_their_site() {
    let desk = Desk::new().await;
    let mut all = Events::open(&desk, "/events").await;
    let mut north = Events::open(&desk, "/events?site=north").await;
    log_in(&desk.seat("south"), "captain", "wrong").await;
    log_in(&desk.seat("north"), "captain", "wrong").await;
    // Records of one site come in order; which site's come first is not promised.
    let mut sites = std::collections::BTreeSet::new();
    while sites.len() < 2 {
        sites.insert(all.next_record().await.expect("a record")["site"].to_string());
    }
    let record = north.next_record().await.expect("a record");
    assert_eq!(record["site"], "north");
    let from = format!("&from={}", record["seq"]);
    assert_eq!(desk.records("north", &from).await.first(), Some(&record));
}

#[tokio::test]
async fn streams_end_when_the_director_stops() {
    let desk = Desk::new().await;
    let mut events = Events::open(&desk, "/events").await;
    desk.stop.now();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn streams_are_limited_and_a_place_is_given_back() {
    let desk = Desk::new().await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(Events::open(&desk, "/events").await);
    }
    for path in ["/events", "/sites/north/trail"] {
        let (status, reply) = desk.get(path).await;
        assert_eq!((status, &reply["error"]), (StatusCode::SERVICE_UNAVAILABLE, &"too-many-streams".into()));
    }
    open.pop();
    assert_eq!(desk.get("/sites/north/trail").await.0, StatusCode::OK);
    Events::open(&desk, "/events").await;
}
