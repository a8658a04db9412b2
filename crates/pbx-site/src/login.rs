use pbx_auth::{Principal, Resolution, Standing, Tally};
use pbx_estate::account::{self, Account};
use pbx_estate::role;
use pbx_kernel::{
    AccountName, Change, Durability, Entropy, Secret, Sequence, Source, Surface, Timestamp, Verifier,
};

use crate::record::Happening;
use crate::session::{Live, SessionId, Token};
use crate::{Error, Site};

mod count;

use count::Counted;

/// A login as it was tried.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The name that was given; kept as it was typed, even where no account can be called so.
    pub name: String,
    /// What was shown for it.
    pub proof: Proof,
    /// Where.
    pub surface: Surface,
    /// From where.
    pub source: Source,
}

/// What a caller shows to prove who it is.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A password or a PIN.
    Password(Secret),
    /// A public key, in OpenSSH form, whose signature the transport has verified.
    PublicKey(String),
}

/// What may become of an attempt.
#[must_use]
pub enum Begun {
    /// It is counted; examine it, then [`Site::finish_login`]. One that will be refused is examined all the same,
    /// against a verifier that nothing matches.
    Examine(Box<Examination>),
    /// As many attempts as are left are being examined: wait for one of them to finish, then begin again.
    Undecided,
}

/// A counted attempt.
pub struct Examination {
    /// What to verify.
    pub password: Secret,
    /// Against what; `None` means the stand-in that costs the same and nothing matches.
    pub against: Option<Verifier>,
    /// The count's batch: it must be durable before the password is looked at.
    pub counted: Sequence,
    attempt: Attempt,
    /// Why it will be refused whatever the password is.
    refusal: Option<&'static str>,
    /// The tallies it was counted in.
    counts: Vec<Counted>,
    began: Timestamp,
}

/// What became of an attempt. Refused ones look alike to the caller.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// The password is right, and this is the session.
    Accepted(SessionId, Token, Sequence),
    /// It is not, or may not be used now.
    Rejected {
        /// Whether the connection or web session ends with it.
        hang_up: bool,
        /// Why, where the caller may know because the password was right.
        told: Option<&'static str>,
        /// The refusal's batch.
        recorded: Sequence,
    },
}

impl Site {
    /// Counts `attempt`. Call [`Site::finish_login`] with what became of it, whatever happens to the caller.
    pub fn begin_login(&mut self, now: Timestamp, attempt: Attempt) -> Result<Begun, Error> {
        self.advance(now)?;
        let attempt = Attempt { name: attempt.name.chars().take(NAME_CHARS_MAX).collect(), ..attempt };
        let candidate = self.candidate(&attempt)?;
        let mut tallies = self.tallies(now, &attempt, candidate.as_ref())?;
        let standing = |(counted, tally): &(Counted, Tally)| tally.standing(&counted.rule);
        if tallies.iter().any(|it| standing(it) == Standing::Undecided)
            && !tallies.iter().any(|it| standing(it) == Standing::Locked)
        {
            return Ok(Begun::Undecided);
        }
        let locked = tallies.iter().any(|it| standing(it) == Standing::Locked);
        let mut changes = Vec::new();
        for (counted, tally) in &mut tallies {
            let counts = std::mem::take(tally);
            let class = counted.class();
            *tally = if locked {
                counts.refuse_locked(now, &counted.rule, class.as_deref())
            } else {
                counts.begin(now)
            };
            changes.extend(self.keep(counted, tally.clone(), (!locked).then_some(now))?);
        }
        let (against, refusal) = self.verifier(&attempt, candidate.as_ref(), locked);
        let counted = match self.count(now, &tallies, changes) {
            Ok(counted) => counted,
            Err(error) => {
                self.uncount(now, &tallies);
                return Err(error);
            }
        };
        let counts =
            if locked { Vec::new() } else { tallies.into_iter().map(|(counted, _)| counted).collect() };
        let password = match &attempt.proof {
            Proof::Password(password) => password.clone(),
            Proof::PublicKey(_) => Secret::new(""),
        };
        let examination = Examination { password, against, counted, attempt, refusal, counts, began: now };
        Ok(Begun::Examine(Box::new(examination)))
    }

    /// Takes what the examination of the password said, and opens a session or refuses.
    pub fn finish_login(
        &mut self,
        now: Timestamp,
        examination: Examination,
        matches: bool,
        entropy: &mut dyn Entropy,
    ) -> Result<Verdict, Error> {
        let verdict = self.judge(now, &examination, matches, entropy);
        if verdict.is_err() {
            // Its count is kept, its end is not: it has failed, and what follows from that comes later.
            self.interrupt(examination.began, &examination.counts);
        }
        verdict
    }

    fn judge(
        &mut self,
        now: Timestamp,
        examination: &Examination,
        matches: bool,
        entropy: &mut dyn Entropy,
    ) -> Result<Verdict, Error> {
        self.advance(now)?;
        let Examination { attempt, counts, began, .. } = examination;
        // The account may have been changed, shut or removed while its password was examined.
        let candidate = self.candidate(attempt)?;
        let (against, refusal) = self.verifier(attempt, candidate.as_ref(), false);
        let changed = (against != examination.against).then_some("account-changed");
        let proven = match (&attempt.proof, &candidate) {
            (Proof::PublicKey(key), Some(account)) => account.keys.contains(key),
            (Proof::PublicKey(_), None) => false,
            (Proof::Password(_), _) => matches,
        };
        let wrong = match attempt.proof {
            Proof::Password(_) => "wrong-password",
            Proof::PublicKey(_) => "wrong-key",
        };
        let refusal = examination.refusal.or(if proven { refusal.or(changed) } else { Some(wrong) });
        let accepted = refusal.is_none();
        let mut happenings = Vec::new();
        let mut changes = Vec::new();
        let mut hang_up = false;
        for counted in counts {
            let (row, tally) = self.tally_of(counted)?;
            let class = counted.class();
            let (tally, resolution) = tally.resolve(*began, accepted, &counted.rule, class.as_deref());
            self.forget_pending(&row, *began);
            changes.extend(self.keep(counted, tally, None)?);
            if let Resolution::RejectedAndLocked(lock) = resolution {
                hang_up |= counted.rule.closes_connection;
                let happening = Happening::of_lock(lock, &counted.rule, counted.key());
                happenings.push(happening.by(&attempt.name).at(attempt.surface).from(attempt.source));
            }
        }
        match candidate.filter(|_| accepted) {
            Some(account) => self.admit(now, attempt, account, changes, entropy),
            None => {
                let reason = refusal.unwrap_or(wrong);
                let event = if reason == LOCKED { "auth.refused-locked" } else { "auth.rejected" };
                let happening = Happening::refused(event, reason).by(&attempt.name);
                happenings.insert(0, happening.at(attempt.surface).from(attempt.source));
                let recorded = self.commit(now, changes, &happenings, Durability::Wait)?;
                Ok(Verdict::Rejected { hang_up, told: None, recorded })
            }
        }
    }

    /// Whether the account called `name` may log in with this public key: asked before its owner signs anything.
    pub fn knows_key(&self, name: &str, key: &str) -> Result<bool, Error> {
        let Ok(name) = AccountName::parse(name) else { return Ok(false) };
        let found = self.read(|estate, policy| Ok(account::find(estate, policy, &name)?))?;
        Ok(found.is_some_and(|it| it.keys.iter().any(|known| known == key)))
    }

    /// Ends a session, of the caller's own will or because its connection ended.
    pub fn end_session(&mut self, now: Timestamp, id: &SessionId) -> Result<(), Error> {
        self.advance(now)?;
        if let Some(live) = self.sessions.get(id) {
            let happening = Happening::ok("session.closed").of(&live.principal).in_session(id);
            self.commit(now, Vec::new(), &[happening], Durability::Lazy)?;
            self.sessions.remove(id);
        }
        Ok(())
    }

    /// Opens a session for an account whose password was right, unless it has as many as it may.
    fn admit(
        &mut self,
        now: Timestamp,
        attempt: &Attempt,
        account: Account,
        mut changes: Vec<Change>,
        entropy: &mut dyn Entropy,
    ) -> Result<Verdict, Error> {
        let role =
            self.read(|estate, policy| Ok(role::find(estate, policy, &account.role)?.map(|it| it.role)))?;
        let Some(role) = role else { return self.refuse_session(now, attempt, changes, "no-role") };
        let most = self.policy.sessions.parallel_max(&account.role);
        if most.is_some_and(|most| self.sessions.count_of(&account.key) >= most as usize) {
            return self.refuse_session(now, attempt, changes, FULL);
        }
        let token = Token::draw(entropy);
        let id = SessionId::of(token.expose_token());
        let principal = Principal {
            account: account.name.clone(),
            role,
            surface: attempt.surface,
            source: attempt.source,
        };
        let expired = self.password_expired(now, &account)?;
        let live = Live {
            id: id.clone(),
            principal: principal.clone(),
            account: account.key.clone(),
            opened: now,
            used: now,
            must_change: account.must_change || expired,
            last_login: account.last_login,
            people_version: self.people_version,
            flash: None,
        };
        if !self.sessions.add(live, &self.policy.sessions) {
            return self.refuse_session(now, attempt, changes, FULL);
        }
        let account = Account { last_login: Some(now), ..account };
        changes.push(self.read(|estate, _| Ok(estate.put(&account)?))?);
        let happening = Happening::ok("auth.accepted").of(&principal).in_session(&id);
        match self.commit(now, changes, &[happening], Durability::Wait) {
            Ok(sequence) => Ok(Verdict::Accepted(id, token, sequence)),
            Err(error) => {
                self.sessions.remove(&id);
                Err(error)
            }
        }
    }

    fn refuse_session(
        &mut self,
        now: Timestamp,
        attempt: &Attempt,
        changes: Vec<Change>,
        reason: &'static str,
    ) -> Result<Verdict, Error> {
        let happening = Happening::refused("session.refused", reason).by(&attempt.name);
        let happening = happening.at(attempt.surface).from(attempt.source);
        let recorded = self.commit(now, changes, &[happening], Durability::Wait)?;
        let told = (reason == FULL)
            .then_some("This account has as many sessions as it may have. Log out of one first.");
        Ok(Verdict::Rejected { hang_up: false, told, recorded })
    }

    pub(crate) fn password_expired(&self, now: Timestamp, account: &Account) -> Result<bool, Error> {
        let rule = self.read(|estate, policy| {
            let rule = account::password_rule(estate, policy, &account.role)?;
            Ok(rule.expires_days)
        })?;
        let lasts = |days: u32| std::time::Duration::from_hours(24) * days;
        Ok(rule.is_some_and(|days| now.since(account.password_set) >= lasts(days)))
    }

    fn candidate(&self, attempt: &Attempt) -> Result<Option<Account>, Error> {
        let Ok(name) = AccountName::parse(&attempt.name) else { return Ok(None) };
        self.read(|estate, policy| Ok(account::find(estate, policy, &name)?))
    }

    /// What the password is verified against, and why the attempt will be refused whatever it is.
    fn verifier(
        &self,
        attempt: &Attempt,
        candidate: Option<&Account>,
        locked: bool,
    ) -> (Option<Verifier>, Option<&'static str>) {
        let Some(account) = candidate else {
            return (None, Some(if locked { LOCKED } else { "unknown-account" }));
        };
        if locked {
            return (None, Some(LOCKED));
        }
        if account.disabled {
            return (None, Some("disabled"));
        }
        let found = self.read(|estate, policy| {
            let present = role::find(estate, policy, &account.role)?;
            Ok(present.map(|it| (it.admits(attempt.surface), it.has_pin())))
        });
        let Ok(Some((true, has_pin))) = found else { return (None, Some("no-access-here")) };
        let local = self.policy.local_networks.include(attempt.source);
        if has_pin && !local && !self.is_name_of(&attempt.name, account) {
            return (None, Some("name-needed"));
        }
        let verifier = match &attempt.proof {
            Proof::Password(it) if has_pin && local && looks_like_pin(it) => account.pin.clone(),
            Proof::Password(_) => account.password.clone(),
            Proof::PublicKey(_) => return (None, None),
        };
        match verifier {
            Some(verifier) => (Some(verifier), None),
            None => (None, Some("no-password")),
        }
    }

    /// Whether `name` is the account's own, not another one it answers to.
    fn is_name_of(&self, name: &str, account: &Account) -> bool {
        AccountName::parse(name).is_ok_and(|name| account::key(&self.policy, &name) == account.key)
    }
}

fn looks_like_pin(secret: &Secret) -> bool {
    let text = secret.expose_secret();
    text.len() <= PIN_DIGITS_MAX && text.bytes().all(|it| it.is_ascii_digit())
}

/// The reason of an attempt that met a lock.
const LOCKED: &str = "locked";

/// The reason of an attempt that found as many sessions as there may be.
const FULL: &str = "too-many-sessions";

/// How much of a name that was tried is kept: more than any account's, so that what is cut can be nobody's.
const NAME_CHARS_MAX: usize = 128;

/// The longest PIN of any product.
const PIN_DIGITS_MAX: usize = 10;
