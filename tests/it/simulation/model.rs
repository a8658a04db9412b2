use std::collections::BTreeMap;
use std::time::Duration;

use pbx_estate::account::{self, Account};
use pbx_estate::{Handler, Refusal, Reply, log, role, setting};
use pbx_kernel::{Entropy, Secret, StoreError, Surface};
use pbx_product::GENERIC;
use pbx_site::{Begun, Error, Examination, SessionId, Verdict};
use pbx_vault::SeededEntropy;

use crate::engine::rig::{Caller, Rig, SMALL, WRONG, verifier};

/// A site, what is done to it at random, and what must be true of it.
pub(super) struct Simulation {
    rig: Rig,
    dice: SeededEntropy,
    /// Whether the store refuses to be written.
    broken: bool,
    sessions: Vec<SessionId>,
    examined: Vec<Examination>,
    /// The accounts as they were when the trail last said that one changed.
    people: Vec<Account>,
    /// How many lines of the trail were looked at.
    seen: u64,
    /// How many lines each event has.
    events: BTreeMap<String, u64>,
    /// How many changes were acknowledged, by the event that must be on record for each.
    done: BTreeMap<&'static str, u64>,
    made: u64,
    names: u64,
}

impl Simulation {
    pub(super) fn new(seed: u64) -> Self {
        let mut simulation = Self {
            rig: Rig::seeded(&GENERIC, SMALL, seed),
            dice: SeededEntropy::new(seed).stream("dice"),
            broken: false,
            sessions: Vec::new(),
            examined: Vec::new(),
            people: Vec::new(),
            seen: 0,
            events: BTreeMap::new(),
            done: BTreeMap::new(),
            made: 0,
            names: 0,
        };
        simulation.people = simulation.accounts();
        simulation
    }

    /// Does something; what it was.
    pub(super) fn step(&mut self) -> &'static str {
        match self.roll(100) {
            0..20 => self.operate(),
            20..40 => self.log_in(false),
            40..52 => self.log_in(true),
            52..64 => self.begin(),
            64..80 => self.conclude(),
            80..88 => self.wait(),
            88..92 => self.log_out(),
            92..98 => self.break_or_mend(),
            _ => self.restart(),
        }
    }

    /// Fails, in these words, where something is not as it must be.
    pub(super) fn check(&mut self, did: &str) {
        self.take_note();
        assert_eq!(self.rig.site.trail_len(), self.seen, "{did}: the tip and the lines disagree");
        for (event, done) in &self.done {
            assert_eq!(self.events.get(*event), Some(done), "{did}: lines of {event}, and changes");
        }
        let removed = self.done.get("account.removed").copied().unwrap_or_default();
        assert_eq!(self.people.len() as u64 + removed, SHIPPED + self.made, "{did}: accounts");
        let opens = |it: &Account| it.role == "administrator" && !it.disabled && it.password.is_some();
        assert!(self.people.iter().any(opens), "{did}: no administrator is left");
        if let Ok(lockouts) = self.rig.site.lockouts(self.rig.now) {
            for lockout in lockouts {
                assert!(lockout.failures <= FAILURES_MAX, "{did}: {lockout:?}");
                assert!(lockout.until.is_none_or(|it| it > self.rig.now), "{did}: {lockout:?} is over");
            }
            // Looking may have ended locks and sessions, on record.
            self.take_note();
        } else {
            assert!(self.broken, "{did}: the store is in order and the site is not");
        }
    }

    /// Counts what the trail has gained.
    fn take_note(&mut self) {
        let records = self.rig.records(self.seen);
        self.seen += records.len() as u64;
        if records.iter().any(|it| it.record.event.starts_with("account.")) {
            self.people = self.accounts();
        }
        for entry in records {
            *self.events.entry(entry.record.event.into_owned()).or_default() += 1;
        }
    }

    /// Mends what is broken, verifies the trail and gives its lines.
    pub(super) fn finish(mut self) -> Vec<Vec<u8>> {
        self.rig.faults().refuse_writes(None);
        self.rig.wait(Duration::ZERO);
        let report = self.rig.verify();
        assert!(report.is_intact(), "{report}");
        assert_eq!(report.anchored, self.rig.site.trail_len(), "{report}");
        self.rig.lines().into_iter().map(|it| it.0).collect()
    }

    /// One of the operators, or whoever is logged in, does something.
    fn operate(&mut self) -> &'static str {
        let Some(session) = self.pick_session() else { return self.log_in(true) };
        let name = self.pick_name();
        let fresh = format!("person{}", self.names);
        let role = ["administrator", "deputy", "reader", "guest"][self.roll(4)];
        let days = self.roll(300).to_string();
        let named = [("name", name.as_str())];
        let (needs, run, args, event): (_, Handler, Vec<(&str, &str)>, Option<&'static str>) = match self
            .roll(9)
        {
            0 | 1 => {
                self.names += 1;
                let args = vec![("name", fresh.as_str()), ("role", role), ("password", PASSWORD)];
                ("accounts.create", account::create, args, Some("account.created"))
            }
            2 => ("accounts.delete", account::remove, named.to_vec(), Some("account.removed")),
            3 => {
                let args = vec![
                    named[0],
                    ("role", role),
                    ("disabled", if self.roll(4) == 0 { "yes" } else { "no" }),
                ];
                ("accounts.change", account::change, args, Some("account.changed"))
            }
            4 => {
                let args = vec![named[0], ("password", PASSWORD)];
                ("accounts.password", account::set_password, args, Some("account.password-set"))
            }
            5 => ("accounts.unlock", account::unlock, named.to_vec(), Some("auth.unlocked")),
            6 => ("logs.clear", log::clear, vec![("log", "audit")], Some("log.cleared")),
            7 => {
                let args = vec![("id", "reader"), ("permission", "own"), ("permission", "logs.read")];
                ("roles.change", role::save, args, Some("role.changed"))
            }
            _ => ("settings.change", setting::change, vec![("password.expires-days", days.as_str())], None),
        };
        let result = self.rig.try_run(&session, needs, run, &args);
        self.note(result, event);
        needs
    }

    fn note(&mut self, result: Result<Result<Reply, Refusal>, Error>, event: Option<&'static str>) {
        match result {
            Ok(Ok(_)) => {
                if let Some(event) = event {
                    *self.done.entry(event).or_default() += 1;
                    self.made += u64::from(event == "account.created");
                }
            }
            Ok(Err(_)) | Err(Error::SessionEnded) => {}
            Err(error) => assert!(self.broken, "{error}"),
        }
    }

    /// Somebody tries to log in, with the right password or without.
    fn log_in(&mut self, rightly: bool) -> &'static str {
        let name = self.pick_name();
        let (surface, source) = (self.pick_surface(), ["127.0.0.1", "192.0.2.7"][self.roll(2)]);
        let password = if rightly { self.password_of(&name) } else { WRONG };
        let who = Caller { name: &name, password, surface, source };
        let locked = self.is_locked(&name);
        let Some(examination) = self.start(who) else { return "an attempt waits for others" };
        let verdict = self.rig.examine(examination);
        self.judge(verdict, locked, rightly);
        if rightly { "a login" } else { "a guess" }
    }

    /// Begins an attempt that is examined for a while.
    fn begin(&mut self) -> &'static str {
        let name = self.pick_name();
        let password = if self.roll(3) == 0 { self.password_of(&name) } else { WRONG };
        let surface = self.pick_surface();
        let who = Caller { name: &name, password, surface, source: "127.0.0.1" };
        if let Some(examination) = self.start(who) {
            self.examined.push(examination);
        }
        "an attempt begins"
    }

    fn conclude(&mut self) -> &'static str {
        if self.examined.is_empty() {
            return self.begin();
        }
        let index = self.roll(self.examined.len());
        let examination = self.examined.swap_remove(index);
        let rightly = examination.against.as_ref() == Some(&verifier(&examination.password));
        let verdict = self.rig.examine(examination);
        self.judge(verdict, false, rightly);
        "an attempt ends"
    }

    fn start(&mut self, who: Caller<'_>) -> Option<Examination> {
        match self.rig.site.begin_login(self.rig.now, who.attempt()) {
            Ok(Begun::Examine(examination)) => Some(*examination),
            Ok(Begun::Undecided) => {
                assert!(!self.examined.is_empty(), "nobody is being examined");
                None
            }
            Err(error) => {
                assert!(self.broken, "{error}");
                None
            }
        }
    }

    fn judge(&mut self, verdict: Result<Verdict, Error>, locked: bool, rightly: bool) {
        match verdict {
            Ok(Verdict::Accepted(session, ..)) => {
                assert!(rightly && !locked, "it should not have got in");
                self.sessions.push(session);
            }
            Ok(Verdict::Rejected { .. }) => {}
            Err(error) => assert!(self.broken, "{error}"),
        }
    }

    fn wait(&mut self) -> &'static str {
        let seconds = [1, 60, 599, 601, 4_000][self.roll(5)];
        self.rig.now = self.rig.now + Duration::from_secs(seconds);
        let advanced = self.rig.site.advance(self.rig.now);
        assert!(advanced.is_ok() || self.broken, "{advanced:?}");
        "time passes"
    }

    fn log_out(&mut self) -> &'static str {
        if let Some(session) = self.pick_session() {
            let ended = self.rig.site.end_session(self.rig.now, &session);
            assert!(ended.is_ok() || self.broken, "{ended:?}");
        }
        "a logout"
    }

    fn break_or_mend(&mut self) -> &'static str {
        self.broken = !self.broken;
        let error = [StoreError::Full, StoreError::ReadOnly][self.roll(2)].clone();
        self.rig.faults().refuse_writes(self.broken.then_some(error));
        if self.broken { "the disk fills up" } else { "there is room again" }
    }

    /// The process dies and another takes its place.
    fn restart(&mut self) -> &'static str {
        let before = self.rig.site.lockouts(self.rig.now);
        self.rig.restart();
        self.sessions.clear();
        self.examined.clear();
        if let (Ok(before), Ok(after)) = (before, self.rig.site.lockouts(self.rig.now)) {
            // What was being examined has failed; that may lock, and such a lock may be over by now.
            for lockout in before.into_iter().filter(|it| it.failures < FAILURES_MAX) {
                let kept = after.iter().find(|it| it.key == lockout.key).map_or(0, |it| it.failures);
                assert!(kept >= lockout.failures, "a count went backwards: {lockout:?}");
            }
        }
        "a restart"
    }

    fn is_locked(&mut self, name: &str) -> bool {
        let lockouts = self.rig.site.lockouts(self.rig.now).unwrap_or_default();
        lockouts.iter().any(|it| it.key == name && it.since.is_some())
    }

    fn accounts(&self) -> Vec<Account> {
        self.rig.site.read(|estate, _| Ok(account::every(estate)?)).expect("readable")
    }

    /// The password that the account has now, of the few that are ever given.
    fn password_of(&self, name: &str) -> &'static str {
        let present = self.people.iter().find(|it| it.key == name).and_then(|it| it.password.clone());
        let fits = |it: &&&str| Some(verifier(&Secret::new(**it))) == present;
        PASSWORDS.iter().find(fits).copied().unwrap_or(WRONG)
    }

    fn pick_name(&mut self) -> String {
        let mut names: Vec<String> = self.people.iter().map(|it| it.key.clone()).collect();
        names.sort();
        names.push("nobody".to_owned());
        let index = self.roll(names.len());
        names.swap_remove(index)
    }

    fn pick_session(&mut self) -> Option<SessionId> {
        let index = (!self.sessions.is_empty()).then(|| self.roll(self.sessions.len()))?;
        Some(self.sessions[index].clone())
    }

    fn pick_surface(&mut self) -> Surface {
        [Surface::Api, Surface::SelfService, Surface::Ssh, Surface::Web][self.roll(4)]
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % sides as u64).expect("below sides")
    }
}

/// How many accounts the small policy ships.
const SHIPPED: u64 = 3;

/// The small policy's limit.
const FAILURES_MAX: u32 = 3;

/// What operators give as a new password.
const PASSWORD: &str = "Quiet+Meadow.17";

/// Every password that an account may have: those that ship, and [`PASSWORD`].
const PASSWORDS: &[&str] = &["Harbour-Crane.42", "Slate-Roof,77a", "Brass?Bell.204", PASSWORD];
