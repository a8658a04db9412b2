use std::sync::Arc;

use pbx_auth::{Permission, Principal, authorize};
use pbx_estate::account::{self, Account};
use pbx_estate::{Args, Context, Estate, Handler, NewPassword, Outcome, Refusal, Reply, Stop, role, tally};
use pbx_kernel::{Change, Durability, Sequence, Timestamp, Verifier};

use crate::record::Happening;
use crate::session::{Live, SessionId};
use crate::waiting::{Hashed, Hashing, Need, Supplied, Waiting};
use crate::{Error, Site};

/// A row of a command, route or page table, with what its caller gave.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// What kind of row, as records name it: `command.run`, `route.run` or `page.run`.
    pub event: &'static str,
    /// The row's name, for example `extension -i` or `POST /accounts`.
    pub name: String,
    /// What the row needs.
    pub needs: Permission,
    /// What the row runs.
    pub run: Handler,
    /// What the caller gave.
    pub args: Args,
    /// The line as it was typed, for products whose log keeps it.
    pub line: Option<String>,
}

/// Where an invocation stands.
#[must_use]
pub enum Answer {
    /// It ran to its end.
    Done(Done),
    /// Something is needed first; then [`Site::resume`].
    Wait(Box<Waiting>),
}

/// What became of an invocation that ran to its end.
#[derive(Clone, Debug)]
#[must_use]
pub struct Done {
    /// What it says, or why it was refused.
    pub result: Result<Reply, Refusal>,
    /// The batch that must be durable before anyone is told, where it changed something.
    pub sequence: Option<Sequence>,
}

impl Site {
    /// Who the session's caller is now: its role may have changed since it logged in.
    pub fn principal(&mut self, now: Timestamp, session: &SessionId) -> Result<Principal, Error> {
        self.advance(now)?;
        let version = self.people_version;
        let Some(live) = self.sessions.get_mut(session) else { return Err(Error::SessionEnded) };
        live.used = now;
        if live.people_version == version {
            return Ok(live.principal.clone());
        }
        let Live { principal, opened, .. } = live.clone();
        let found = self.read(|estate, policy| present_role(estate, policy, &principal, opened))?;
        let Some((role, account)) = found else {
            self.end_session(now, session)?;
            return Err(Error::SessionEnded);
        };
        let must_change = account.must_change || self.password_expired(now, &account)?;
        let Some(live) = self.sessions.get_mut(session) else { return Err(Error::SessionEnded) };
        live.principal.role = role;
        live.must_change &= must_change;
        live.people_version = version;
        Ok(live.principal.clone())
    }

    /// Whether the session may do nothing but choose a new password.
    pub(crate) fn must_change(&self, session: &SessionId) -> bool {
        self.sessions.get(session).is_some_and(|it| it.must_change)
    }

    /// Says no to everything but a new password of one's own where that must come first.
    fn confine(
        &self,
        session: &SessionId,
        principal: &Principal,
        outcome: Result<Outcome, Refusal>,
    ) -> Result<Outcome, Refusal> {
        match outcome {
            Ok(outcome) if self.must_change(session) && !changes_own(&outcome, principal) => {
                Err(Refusal::Conflict("Change your password first.".to_owned()))
            }
            outcome => outcome,
        }
    }

    /// The login before the session's own.
    pub(crate) fn last_login(&self, session: &SessionId) -> Option<Timestamp> {
        self.sessions.get(session).and_then(|it| it.last_login)
    }

    /// Says something on the session's next page.
    pub(crate) fn flash(&mut self, session: &SessionId, said: String) {
        if let Some(live) = self.sessions.get_mut(session) {
            live.flash = Some(said);
        }
    }

    /// What is to be said on this page.
    pub(crate) fn take_flash(&mut self, session: &SessionId) -> Option<String> {
        self.sessions.get_mut(session).and_then(|it| it.flash.take())
    }

    /// Records a line that no command begins.
    pub(crate) fn note_unknown(
        &mut self,
        now: Timestamp,
        principal: &Principal,
        session: &SessionId,
        line: &str,
    ) -> Result<(), Error> {
        let happening = Happening::refused("command.unknown", "unknown").of(principal).in_session(session);
        self.commit(now, Vec::new(), &[happening.with_line(Some(line.to_owned()))], Durability::Lazy)?;
        Ok(())
    }

    /// Records a command that was refused before it could run.
    pub(crate) fn note_refused(
        &mut self,
        now: Timestamp,
        principal: &Principal,
        session: &SessionId,
        name: &str,
        refusal: &Refusal,
        line: &str,
    ) -> Result<(), Error> {
        let happening =
            Happening::of_run("command.run", name, Some(refusal)).of(principal).in_session(session);
        self.commit(now, Vec::new(), &[happening.with_line(Some(line.to_owned()))], Durability::Lazy)?;
        Ok(())
    }

    /// Runs a row for the session's caller, if its role includes what the row needs.
    pub fn invoke(
        &mut self,
        now: Timestamp,
        session: &SessionId,
        invocation: Invocation,
    ) -> Result<Answer, Error> {
        self.proceed(now, session.clone(), invocation, Supplied::default())
    }

    /// Runs a row with what it has been given so far, to its end or to what it needs next.
    pub(crate) fn proceed(
        &mut self,
        now: Timestamp,
        session: SessionId,
        invocation: Invocation,
        supplied: Supplied,
    ) -> Result<Answer, Error> {
        let principal = self.principal(now, &session)?;
        let wait = |need, session, invocation, supplied| {
            Ok(Answer::Wait(Box::new(Waiting { need, session, invocation, supplied })))
        };
        let run = self.look_with(now, &principal, invocation.needs, &supplied, |cx| {
            (invocation.run)(cx, &invocation.args)
        });
        let outcome = match run {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Refusal(refusal)) => Err(refusal),
            Err(Stop::Blob(_)) if supplied.blobs.is_full() => {
                Err(Refusal::Conflict(TOO_MANY_BLOBS.to_owned()))
            }
            Err(Stop::Blob(id)) => return wait(Need::Blob(id), session, invocation, supplied),
            Err(Stop::Error(pbx_estate::Error::GenerationNeeded)) if supplied.generation.is_none() => {
                return wait(Need::Generation, session, invocation, supplied);
            }
            Err(Stop::Error(error)) => return Err(error.into()),
        };
        let (outcome, frees) = match (self.confine(&session, &principal, outcome), &supplied.hashed) {
            (Ok(Outcome { password: Some(new), .. }), None) => {
                let need = Need::Hash(self.hashing(&new)?);
                return wait(need, session, invocation, supplied);
            }
            (Ok(outcome), Some(hashed)) => self.with_password(now, &principal, outcome, hashed)?,
            (outcome, _) => (outcome, false),
        };
        let done = self.conclude(now, &session, &principal, &invocation, outcome)?;
        if let Some(live) = self.sessions.get_mut(&session).filter(|_| frees) {
            live.must_change = false;
        }
        if let Some(cipher) = supplied.generation {
            self.adopt(cipher);
        }
        Ok(Answer::Done(done))
    }

    /// The outcome with what hashing said of its password, and whether that password was all that the session's
    /// owner had to choose.
    fn with_password(
        &self,
        now: Timestamp,
        principal: &Principal,
        mut outcome: Outcome,
        hashed: &Hashed,
    ) -> Result<(Result<Outcome, Refusal>, bool), Error> {
        let verifier = match hashed {
            Hashed::Verifier(verifier) => verifier.clone(),
            Hashed::Reused => {
                return Ok((Err(Refusal::WeakPassword(vec![pbx_auth::Weakness::Reused])), false));
            }
            Hashed::WrongCurrent => return Ok((Err(Refusal::WrongPassword), false)),
        };
        let Some(new) = outcome.password.take() else { return Ok((Ok(outcome), false)) };
        let changes =
            self.read(|estate, policy| set_password(estate, policy, &outcome, &new, verifier, now))?;
        outcome.changes.extend(changes);
        Ok((Ok(outcome), new.account == principal.account && !new.pin))
    }

    /// Runs the row and throws away what it would change: for showing a page, which can wait for nothing.
    pub(crate) fn look<T>(
        &self,
        now: Timestamp,
        principal: &Principal,
        needs: Permission,
        look: impl FnOnce(&Context<'_>) -> Result<T, Stop>,
    ) -> Result<Result<T, Refusal>, Error> {
        match self.look_with(now, principal, needs, &Supplied::default(), look) {
            Ok(seen) => Ok(Ok(seen)),
            Err(Stop::Refusal(refusal)) => Ok(Err(refusal)),
            Err(Stop::Error(error)) => Err(error.into()),
            Err(Stop::Blob(_)) => Err(Error::Unsupplied),
        }
    }

    /// The same with what was supplied, where something was.
    pub(crate) fn look_with<T>(
        &self,
        now: Timestamp,
        principal: &Principal,
        needs: Permission,
        supplied: &Supplied,
        look: impl FnOnce(&Context<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let grant = authorize(principal, needs)?;
        let view = self.store.view(&self.id);
        let cipher = supplied.generation.as_ref().unwrap_or(&self.cipher);
        let estate = Estate::new(&self.id, &*view, &**cipher);
        look(&Context::new(now, &grant, estate, &self.policy).with_blobs(&supplied.blobs))
    }

    /// Commits what an invocation did, and the record that it ran or was refused.
    fn conclude(
        &mut self,
        now: Timestamp,
        session: &SessionId,
        principal: &Principal,
        invocation: &Invocation,
        outcome: Result<Outcome, Refusal>,
    ) -> Result<Done, Error> {
        let run = Happening::of_run(invocation.event, &invocation.name, outcome.as_ref().err());
        let mut happenings = vec![run.of(principal).in_session(session).with_line(invocation.line.clone())];
        let (changes, result) = match outcome {
            Ok(Outcome { changes, events, reply, .. }) => {
                let event = |it| Happening::of_event(it).of(principal).in_session(session);
                happenings.extend(events.iter().map(event));
                (changes, Ok(reply))
            }
            Err(refusal) => (Vec::new(), Err(refusal)),
        };
        let durability = if changes.is_empty() { Durability::Lazy } else { Durability::Wait };
        let sequence = self.commit(now, changes, &happenings, durability)?;
        let sequence = (durability == Durability::Wait).then_some(sequence);
        Ok(Done { result, sequence })
    }

    fn hashing(&self, new: &NewPassword) -> Result<Hashing, Error> {
        let (current, not_again) = self.read(|estate, policy| {
            let Some(account) = estate.get::<Account>(&new.row)? else { return Ok((None, Vec::new())) };
            let rule = account::password_rule(estate, policy, &account.role)?;
            let not_again = if new.pin { Vec::new() } else { account.not_again(&rule) };
            let current = new.current.clone().map(|it| (it, account.password.clone()));
            Ok((current, not_again))
        })?;
        Ok(Hashing { password: new.password.clone(), current, not_again })
    }
}

/// Whether the outcome is a new password of the principal's own, the present one shown.
fn changes_own(outcome: &Outcome, principal: &Principal) -> bool {
    let own = |it: &NewPassword| it.account == principal.account && it.current.is_some() && !it.pin;
    outcome.password.as_ref().is_some_and(own)
}

/// The principal's role and account as they are now; nothing where the account is gone, shut, has no role, or was
/// made anew under the same name.
fn present_role(
    estate: &Estate<'_>,
    policy: &pbx_policy::Policy,
    principal: &Principal,
    opened: Timestamp,
) -> Result<Option<(Arc<pbx_auth::Role>, Account)>, Error> {
    let same = |it: &Account| !it.disabled && it.created <= opened;
    let Some(account) = account::find(estate, policy, &principal.account)?.filter(same) else {
        return Ok(None);
    };
    let present = role::find(estate, policy, &account.role)?.filter(|it| it.admits(principal.surface));
    Ok(present.map(|it| (it.role, account)))
}

/// The changes that give the account its new verifier, on top of what the outcome already makes of the account.
fn set_password(
    estate: &Estate<'_>,
    policy: &pbx_policy::Policy,
    outcome: &Outcome,
    new: &NewPassword,
    verifier: Verifier,
    now: Timestamp,
) -> Result<Vec<Change>, Error> {
    let made = estate.pending::<Account>(&outcome.changes, &new.row)?;
    let Some(account) = made.map_or_else(|| estate.get::<Account>(&new.row), |it| Ok(Some(it)))? else {
        return Ok(Vec::new());
    };
    let mut changes = if new.clears_lockout { tally::clear(estate, policy, &account) } else { Vec::new() };
    let account = if new.pin {
        Account { pin: Some(verifier), ..account }
    } else {
        account.with_password(verifier, new.must_change, now)
    };
    changes.push(estate.put(&account)?);
    Ok(changes)
}

/// What is said where [`Blobs`](pbx_estate::Blobs) takes no more.
const TOO_MANY_BLOBS: &str =
    "This needs more recordings or archives than can be opened at once. Choose fewer.";
