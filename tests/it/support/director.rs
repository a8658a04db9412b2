//! The director, asked over HTTPS with its bearer token.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::curl::{Curl, Response};
use crate::endpoints::Endpoints;

/// A client of Understudy's own control API.
#[derive(Debug)]
pub struct Director {
    curl: Curl,
}

impl Director {
    pub(crate) fn of(endpoints: &Endpoints) -> Self {
        let file = &endpoints.director.token_file;
        let token = fs::read_to_string(file)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
        let authorization = format!("Bearer {}", token.trim());
        let curl = Curl::at(&endpoints.director.url, &endpoints.ca_file);
        Self { curl: curl.header("Authorization", &authorization) }
    }

    /// What a GET of `path` answers; anything but a 2xx fails the test.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        check(path, &self.curl.get(path))
    }

    /// What a POST of `body` to `path` answers; anything but a 2xx fails the test.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Value {
        check(path, &self.curl.post_json(path, body))
    }

    /// Moves the virtual clock on by `duration`; whatever falls due on the way has happened when this returns.
    #[track_caller]
    pub fn advance(&self, duration: Duration) {
        self.post("/clock/advance", &json!({ "seconds": duration.as_secs_f64() }));
    }

    /// Every line of the flight recorder of the site called `id`, oldest first.
    #[track_caller]
    pub fn records(&self, id: &str) -> Vec<Value> {
        let (mut records, mut from) = (Vec::new(), Some(0));
        while let Some(at) = from {
            let page = self.get(&format!("/sites/{id}/records?from={at}&limit={PAGE_LINES}"));
            records.extend(page["records"].as_array().expect("an array of records").iter().cloned());
            from = page["next"].as_u64();
        }
        records
    }

    /// The counts and locks of the site called `id`.
    #[track_caller]
    pub fn lockouts(&self, id: &str) -> Vec<Value> {
        self.get(&format!("/sites/{id}/lockouts"))["lockouts"].as_array().expect("an array").clone()
    }

    /// What a PUT of `body` to `path` answers; anything but a 2xx fails the test.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Value {
        let options = ["--header", "Content-Type: application/json"];
        check(path, &self.curl.request("PUT", path, &options, &body.to_string()))
    }

    /// The client underneath, for what is not JSON and for what must be refused.
    pub fn curl(&self) -> &Curl {
        &self.curl
    }
}

/// The JSON of `response`; an empty body is `null`.
#[track_caller]
fn check(path: &str, response: &Response) -> Value {
    assert!((200..300).contains(&response.status), "{path}: {} {}", response.status, response.body);
    if response.body.is_empty() {
        return Value::Null;
    }
    response.json()
}

/// Lines asked for at once.
const PAGE_LINES: usize = 1_000;
