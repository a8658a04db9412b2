//! A program that uses a site's API over one HTTPS connection that it keeps: a thousand requests a second.

use std::io;

use serde_json::{Value, json};

use crate::endpoints::{Kind, Site};
use crate::wire::{Reply, Wire};

/// A client of the API of one site. Whatever befalls its connection is an `Err`: then the client is of no more use.
pub struct Api {
    wire: Wire,
    host: String,
    token: Option<String>,
}

impl Api {
    /// A connection to the HTTPS listener of `site`.
    pub fn to(site: &Site) -> io::Result<Self> {
        let listener = site.listener(Kind::Https);
        let host = format!("{}:{}", listener.address, listener.port);
        Ok(Self { wire: Wire::to(site, Kind::Https)?, host, token: None })
    }

    /// Logs in at the route `path`, which takes a JSON body with `username` and `password` and gives a `token`.
    pub fn log_in(&mut self, path: &str, account: &str, password: &str) -> io::Result<Reply> {
        let reply = self.post(path, &json!({ "username": account, "password": password }))?;
        self.token = reply.json()["token"].as_str().map(str::to_owned);
        Ok(reply)
    }

    /// The token that the login gave.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A GET of `path`.
    pub fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.request("GET", path, None)
    }

    /// A POST of `body` to `path`.
    pub fn post(&mut self, path: &str, body: &Value) -> io::Result<Reply> {
        self.request("POST", path, Some(body))
    }

    /// Any request.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> io::Result<Reply> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        if let Some(token) = &self.token {
            head.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        head.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        self.wire.send(head.as_bytes())?;
        self.wire.reply()
    }
}
