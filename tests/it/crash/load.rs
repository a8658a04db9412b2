//! The clients that keep a server busy until it dies under them.

use std::io;
use std::sync::mpsc::Sender;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use support::{Api, Site, ssh};

use super::ledger::{Act, News};

/// One client: its number, its chance, and where it tells what it does.
pub(super) struct Client {
    pub(super) number: usize,
    pub(super) round: usize,
    pub(super) chance: ChaCha8Rng,
    pub(super) ledger: Sender<News>,
}

/// A request: method, path and body.
type Request = (&'static str, String, serde_json::Value);

impl Client {
    /// Changes extensions, names and accounts of MX-ONE over its API until the connection breaks.
    pub(super) fn change(mut self, site: &Site) {
        let mut extensions = Vec::new();
        let mut made = 0;
        let changing = || -> io::Result<()> {
            let mut api = Api::to(site)?;
            let reply = api.log_in("/auth/login", "mxone_admin", site.password("mxone_admin"))?;
            assert_eq!(reply.status, 200, "{}", reply.text());
            loop {
                made += 1;
                let (act, (method, path, body)) = self.next_change(made, &mut extensions);
                self.say(News::Asked(self.number, act));
                let reply = api.request(method, &path, Some(&body))?;
                assert_eq!(reply.status, 200, "{method} {path} {body}: {}", reply.text());
                self.say(News::Acknowledged(self.number));
            }
        };
        broken(changing);
    }

    /// Guesses passwords at Office 400 until the connection breaks.
    pub(super) fn guess(mut self, site: &Site, victims: &[String]) {
        broken(|| {
            let mut api = Api::to(site)?;
            loop {
                let victim = &victims[self.chance.random_range(0..victims.len())];
                self.say(News::Asked(self.number, Act::Guess(victim.clone())));
                let reply = api.log_in("/api/session", victim, "Not-the-one.77")?;
                assert_eq!(reply.status, 401, "{}", reply.text());
                self.say(News::Acknowledged(self.number));
            }
        });
    }

    /// Makes extensions at the MD-shell, with a new `ssh` for each, until one fails.
    pub(super) fn type_commands(self, site: &Site) {
        let ssh = ssh(site, "mxone_admin", site.password("mxone_admin"));
        for made in 0.. {
            let number = self.directory_number(made);
            let things = vec![format!("extension {number}")];
            self.say(News::Asked(self.number, Act::Change { things, becomes: Some(String::new()) }));
            let output = ssh.exec(&format!("extension -i -d {number}"));
            if output.status != Some(0) {
                assert_ne!(output.status, Some(1), "refused: {}{}", output.stdout, output.stderr);
                return;
            }
            self.say(News::Acknowledged(self.number));
        }
    }

    /// What to ask for next; `extensions` are those of this client that have no name.
    fn next_change(&mut self, made: usize, extensions: &mut Vec<String>) -> (Act, Request) {
        let change = |things: &[String], becomes: Option<String>| {
            let things = things.iter().map(|it| format!("extension {it}")).collect();
            Act::Change { things, becomes }
        };
        match self.chance.random_range(0..20) {
            0 => {
                let name = format!("u-{}-{}-{made}", self.number, self.round);
                let act = Act::Change {
                    things: vec![format!("account {name}")],
                    becomes: Some("end-user".to_owned()),
                };
                let body = json!({ "name": name, "password": "Lab-Crash-77!", "rank": "end-user" });
                (act, ("POST", "/pm-api/v1/users".to_owned(), body))
            }
            1..=7 if !extensions.is_empty() => {
                let dir = extensions.swap_remove(self.chance.random_range(0..extensions.len()));
                let name = format!("Part {made}");
                let body = json!({ "name1": name, "name2": "Whole" });
                (
                    change(std::slice::from_ref(&dir), Some(name)),
                    ("POST", format!("/pm-api/v1/names/{dir}"), body),
                )
            }
            8..=10 if !extensions.is_empty() => {
                let dir = extensions.swap_remove(self.chance.random_range(0..extensions.len()));
                (
                    change(std::slice::from_ref(&dir), None),
                    ("DELETE", format!("{EXTENSIONS}/{dir}"), json!({})),
                )
            }
            _ => {
                // Several in one request: all of them or none.
                let count = self.chance.random_range(1..=4);
                let dirs: Vec<_> = (0..count).map(|it| self.directory_number(made * 4 + it)).collect();
                extensions.extend(dirs.iter().cloned());
                (change(&dirs, Some(String::new())), ("POST", EXTENSIONS.to_owned(), json!({ "dir": dirs })))
            }
        }
    }

    /// A number that no other client and no other round uses: one digit, two and five.
    fn directory_number(&self, made: usize) -> String {
        format!("{}{:02}{made:05}", self.number + 1, self.round)
    }

    fn say(&self, news: News) {
        // The ledger listens until the last client is gone.
        let _ = self.ledger.send(news);
    }
}

/// Runs `work` until its connection breaks, as it will.
fn broken(work: impl FnOnce() -> io::Result<()>) {
    let _ = work();
}

const EXTENSIONS: &str = "/pm-extension-ms/pm-extension/v1/ip";
