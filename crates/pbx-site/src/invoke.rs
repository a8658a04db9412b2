use std::sync::Arc;

use pbx_auth::{Permission, Principal, authorize};
use pbx_estate::account::{self, Account};
use pbx_estate::{Args, Context, Estate, Handler, NewPassword, Outcome, Refusal, Reply, Stop, role, tally};
use pbx_kernel::{Change, Durability, Secret, Sequence, Timestamp, Verifier};

use crate::record::Happening;
use crate::session::{Live, SessionId};
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

/// What became of an invocation.
#[must_use]
pub enum Answer {
    /// It ran or was refused; where it changed something, the answer waits for the disk.
    Done(Result<Reply, Refusal>, Option<Sequence>),
    /// A password must be hashed first; then [`Site::finish_hashing`].
    Hash(Box<Hashing>),
}

/// A new password on its way to becoming a verifier.
pub struct Hashing {
    /// The new password.
    pub password: Secret,
    /// The present password that the caller showed, and what it must match.
    pub current: Option<(Secret, Option<Verifier>)>,
    /// What the new password may not match.
    pub not_again: Vec<Verifier>,
    session: SessionId,
    invocation: Invocation,
}

/// What hashing said.
#[derive(Clone, Debug)]
pub enum Hashed {
    /// The new password's verifier.
    Verifier(Verifier),
    /// The new password was used before.
    Reused,
    /// The present password that was shown is wrong.
    WrongCurrent,
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
        let principal = self.principal(now, session)?;
        let outcome = self.run(now, &principal, &invocation)?;
        match self.confine(session, &principal, outcome) {
            Ok(Outcome { password: Some(new), .. }) => self.hashing(session, invocation, &new),
            Ok(outcome) => self.conclude(now, session, &principal, &invocation, Ok(outcome)),
            Err(refusal) => self.conclude(now, session, &principal, &invocation, Err(refusal)),
        }
    }

    /// Takes what hashing said and runs the row again with it: the state may have moved on meanwhile.
    pub fn finish_hashing(
        &mut self,
        now: Timestamp,
        hashing: Hashing,
        hashed: Hashed,
    ) -> Result<Answer, Error> {
        let Hashing { session, invocation, .. } = hashing;
        let principal = self.principal(now, &session)?;
        let outcome = self.run(now, &principal, &invocation)?;
        let mut freed = false;
        let outcome = match (self.confine(&session, &principal, outcome), hashed) {
            (Err(refusal), _) => Err(refusal),
            (Ok(_), Hashed::WrongCurrent) => Err(Refusal::WrongPassword),
            (Ok(_), Hashed::Reused) => Err(Refusal::WeakPassword(vec![pbx_auth::Weakness::Reused])),
            (Ok(mut outcome), Hashed::Verifier(verifier)) => {
                if let Some(new) = outcome.password.take() {
                    let changes = self
                        .read(|estate, policy| set_password(estate, policy, &outcome, &new, verifier, now))?;
                    outcome.changes.extend(changes);
                    freed = new.account == principal.account && !new.pin;
                }
                Ok(outcome)
            }
        };
        let answer = self.conclude(now, &session, &principal, &invocation, outcome)?;
        if let Some(live) = self.sessions.get_mut(&session).filter(|_| freed) {
            live.must_change = false;
        }
        Ok(answer)
    }

    /// Runs the row and throws away what it would change: for showing a page.
    pub(crate) fn look<T>(
        &self,
        now: Timestamp,
        principal: &Principal,
        needs: Permission,
        look: impl FnOnce(&Context<'_>) -> Result<T, Stop>,
    ) -> Result<Result<T, Refusal>, Error> {
        let grant = match authorize(principal, needs) {
            Ok(grant) => grant,
            Err(refused) => return Ok(Err(Refusal::NotPermitted(refused.0.0.to_owned()))),
        };
        let view = self.store.view(&self.id);
        let cx = Context::new(now, &grant, Estate::new(&self.id, &*view, &*self.cipher), &self.policy);
        match look(&cx) {
            Ok(seen) => Ok(Ok(seen)),
            Err(Stop::Refusal(refusal)) => Ok(Err(refusal)),
            Err(Stop::Error(error)) => Err(error.into()),
        }
    }

    fn run(
        &self,
        now: Timestamp,
        principal: &Principal,
        invocation: &Invocation,
    ) -> Result<Result<Outcome, Refusal>, Error> {
        self.look(now, principal, invocation.needs, |cx| (invocation.run)(cx, &invocation.args))
    }

    /// Commits what an invocation did, and the record that it ran or was refused.
    fn conclude(
        &mut self,
        now: Timestamp,
        session: &SessionId,
        principal: &Principal,
        invocation: &Invocation,
        outcome: Result<Outcome, Refusal>,
    ) -> Result<Answer, Error> {
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
        Ok(Answer::Done(result, (durability == Durability::Wait).then_some(sequence)))
    }

    fn hashing(
        &self,
        session: &SessionId,
        invocation: Invocation,
        new: &NewPassword,
    ) -> Result<Answer, Error> {
        let (current, not_again) = self.read(|estate, policy| {
            let Some(account) = estate.get::<Account>(&new.row)? else { return Ok((None, Vec::new())) };
            let rule = account::password_rule(estate, policy, &account.role)?;
            let not_again = if new.pin { Vec::new() } else { account.not_again(&rule) };
            let current = new.current.clone().map(|it| (it, account.password.clone()));
            Ok((current, not_again))
        })?;
        let password = new.password.clone();
        Ok(Answer::Hash(Box::new(Hashing {
            password,
            current,
            not_again,
            session: session.clone(),
            invocation,
        })))
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
