//! A world that is loaded, crashed and checked, round after round, on one state folder.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{Api, Scenario, Trail, World, pass};

use super::ledger::{Ledger, News};
use super::load::Client;

pub(super) struct Trial {
    pub(super) world: World,
    ledger: Ledger,
    chance: ChaCha8Rng,
    round: usize,
    /// The trail of each site as it was after the crash before.
    before: BTreeMap<&'static str, Trail>,
}

impl Trial {
    pub(super) fn begin() -> Self {
        Self::with(World::start(&scenario()))
    }

    /// With the state folder on the disk that is mounted at `disk`.
    pub(super) fn begin_on(disk: &Path) -> Self {
        Self::with(World::start_on(disk, &scenario()))
    }

    fn with(world: World) -> Self {
        let seed = RandomState::new().hash_one("crash");
        eprintln!("the moments and the requests follow from the seed {seed}");
        let chance = ChaCha8Rng::seed_from_u64(seed);
        Self { world, ledger: Ledger::default(), chance, round: 0, before: BTreeMap::new() }
    }

    /// Keeps the world busy until `crash`, which comes at a random moment.
    pub(super) fn load(&mut self, crash: impl FnOnce(&mut World)) {
        self.round += 1;
        let (mx_one, office) = (self.world.site("mx-one"), self.world.site("office-400"));
        let (sender, news) = mpsc::channel();
        let wanted = self.chance.random_range(40..160);
        let jitter = Duration::from_micros(self.chance.random_range(0..20_000));
        let chance = &mut self.chance;
        let mut client = |number| Client {
            number,
            round: self.round,
            chance: ChaCha8Rng::seed_from_u64(chance.random()),
            ledger: sender.clone(),
        };
        let changing: Vec<_> = (0..CHANGING).map(&mut client).collect();
        let (guessing, typing) = (client(CHANGING), client(CHANGING + 1));
        drop(sender);
        let victims = victims();
        thread::scope(|scope| {
            for client in changing {
                scope.spawn(|| client.change(&mx_one));
            }
            scope.spawn(|| guessing.guess(&office, &victims));
            scope.spawn(|| typing.type_commands(&mx_one));
            let mut acknowledged = 0;
            while acknowledged < wanted {
                let news = news.recv().expect("the clients keep the world busy");
                acknowledged += u32::from(matches!(news, News::Acknowledged(_)));
                self.ledger.note(news);
            }
            pass(jitter);
            crash(&mut self.world);
            news.iter().for_each(|it| self.ledger.note(it));
        });
    }

    /// Compares the world, which has started again, with all that was acknowledged.
    #[track_caller]
    pub(super) fn check(&mut self) {
        let found = self.things();
        self.ledger.check_things(&found);
        self.ledger.check_guesses(&self.failures(), OFFICE_LIMIT);
        for site in ["mx-one", "office-400"] {
            let trail = self.world.director().export(site);
            // The checkpoint from before the crash is a witness that the trail has lost nothing it had then.
            let earlier = self.before.get(site).map(Trail::checkpoint);
            let report = trail.verify(earlier.as_slice());
            assert!(report.succeeded(), "round {}, {site}: {}{}", self.round, report.stdout, report.stderr);
            self.before.insert(site, trail);
        }
    }

    /// Once more from outside: an account that has failures lacks just the rest of them. And every kind of client
    /// has had something acknowledged, or the rounds have shown nothing.
    #[track_caller]
    pub(super) fn finish(mut self) {
        let acknowledged = std::mem::take(&mut self.ledger.acknowledged);
        assert_eq!(acknowledged.len(), CHANGING + 2, "some client was never served: {acknowledged:?}");
        eprintln!("{} rounds, acknowledged by client: {acknowledged:?}", self.round);
        let log = self.world.log();
        assert!(!log.contains("panicked"), "{log}");
        let Some((account, left)) = self.ledger.half_guessed(OFFICE_LIMIT) else { return };
        let mut api = Api::to(&self.world.site("office-400")).expect("the world answers");
        for password in std::iter::repeat_n("Not-the-one.77", left as usize).chain([VICTIM_PASSWORD]) {
            let reply = api.log_in("/api/session", account, password).expect("the world answers");
            assert_eq!(reply.status, 401, "{account}, {password}: {}", reply.text());
        }
    }

    /// Every extension with its name, and every account that the load made with its role.
    fn things(&self) -> BTreeMap<String, String> {
        let site = self.world.site("mx-one");
        let mut api = Api::to(&site).expect("the world answers");
        let reply = api.log_in("/auth/login", "mxone_admin", site.password("mxone_admin"));
        assert_eq!(reply.expect("the world answers").status, 200);
        let mut rows = |path: &str, kind: &str| {
            let reply = api.get(path).expect("the world answers");
            let rows = reply.json()[kind].as_array().cloned();
            rows.unwrap_or_else(|| panic!("{path}: {} {}", reply.status, reply.text()))
        };
        let text =
            |row: &serde_json::Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
        let mut things = BTreeMap::new();
        for row in rows("/pm-extension-ms/pm-extension/v1/ip", "extension") {
            things.insert(format!("extension {}", text(&row, "dir")), String::new());
        }
        for row in rows("/pm-api/v1/names", "name") {
            let known = things.insert(format!("extension {}", text(&row, "dir")), text(&row, "name1"));
            assert!(known.is_some(), "a name without its extension: {row}");
        }
        for row in rows("/pm-api/v1/users", "account") {
            let name = text(&row, "name");
            if name.starts_with("u-") {
                things.insert(format!("account {name}"), text(&row, "role"));
            }
        }
        things
    }

    /// The failures that the director counts at Office 400, by account; a locked one has all it may have.
    fn failures(&self) -> BTreeMap<String, u32> {
        let lockouts = self.world.director().get("/sites/office-400/lockouts");
        let lockouts = lockouts["lockouts"].as_array().cloned().unwrap_or_else(|| panic!("{lockouts}"));
        let failures = lockouts.iter().map(|it| {
            let counted = it["failures"].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
            let count = if it["locked"] == true { OFFICE_LIMIT } else { counted };
            (it["key"].as_str().unwrap_or_default().to_owned(), count)
        });
        failures.collect()
    }
}

/// MX-ONE and Office 400, the latter with accounts to be guessed at. The clock stands: no lock ends by itself.
fn scenario() -> String {
    let scenario = Scenario::of(&["mx-one", "office-400"]).frozen_at("2026-11-22T09:00:00Z");
    let account = |name: &String| {
        format!(
            "name = \"{name}\"\nrole = \"third-party-cti\"\nrank = \"end-user\"\npassword = \"{VICTIM_PASSWORD}\""
        )
    };
    victims().iter().fold(scenario, |it, name| it.account("office-400", &account(name))).to_string()
}

fn victims() -> Vec<String> {
    (0..VICTIMS).map(|it| format!("victim-{it}")).collect()
}

/// Clients that change things over the API.
const CHANGING: usize = 3;

/// Few enough that most are locked at the end, enough that some are not.
const VICTIMS: usize = 100;

const VICTIM_PASSWORD: &str = "Copper=Bell*31";

/// The fifteenth failure in a row closes an account of Office 400.
const OFFICE_LIMIT: u32 = 15;
