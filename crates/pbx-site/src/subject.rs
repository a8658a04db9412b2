//! What the engine offers for rehearsals of requests about personal data: steps with a record each, and the product's
//! own operations, carried out as a shipped role would.

use std::sync::Arc;

use pbx_auth::{Permission, Principal, Role};
use pbx_estate::{Args, Estate, Event, Handler, Outcome, Refusal, Stop};
use pbx_kernel::{AccountName, Change, Cipher, Durability, Sequence, Source, Surface, Timestamp};
use pbx_policy::Policy;

use crate::record::Happening;
use crate::waiting::Supplied;
use crate::{Error, Site};

/// One of the product's operations, to be carried out for a request about personal data.
///
/// It runs as if somebody with `role` had come in over `surface`: what that role may not do there is refused.
#[derive(Clone, Debug)]
pub struct Deed {
    /// The request's id, for the record.
    pub request: String,
    /// What the operation is called in the record, for example `erase voice-mail`.
    pub name: String,
    /// What runs.
    pub run: Handler,
    /// With what.
    pub args: Args,
    /// In which role.
    pub role: Arc<Role>,
    /// Over which surface.
    pub surface: Surface,
}

/// What was written for a step of a rehearsal.
#[derive(Clone, Copy, Debug)]
pub struct Noted {
    /// Tell nobody before it is durable.
    pub sequence: Sequence,
    /// The number of the step's line in the trail.
    pub line: u64,
}

impl Site {
    /// Writes what `make` says, with the record of `event`. Where it says nothing, nothing is written.
    ///
    /// What destroys a key fails with [`pbx_estate::Error::GenerationNeeded`] and changes nothing, unless it is given
    /// `begun`: the site's cipher with a generation to seal with.
    pub fn note(
        &mut self,
        now: Timestamp,
        begun: Option<&Arc<dyn Cipher>>,
        event: &Event,
        make: impl FnOnce(&Estate<'_>, &Policy) -> Result<Option<Vec<Change>>, Error>,
    ) -> Result<Option<Noted>, Error> {
        self.advance(now)?;
        let view = self.store.view(&self.id);
        let estate = Estate::new(&self.id, &*view, &**begun.unwrap_or(&self.cipher));
        let Some(changes) = make(&estate, &self.policy)? else { return Ok(None) };
        drop(view);
        let line = self.trail_len();
        let happening = Happening::of_event(event).by(ACTOR);
        let sequence = self.commit(now, changes, &[happening], Durability::Wait)?;
        if let Some(cipher) = begun {
            self.adopt(Arc::clone(cipher));
        }
        Ok(Some(Noted { sequence, line }))
    }

    /// Runs `deed` and throws away what it would change: whether the product would refuse it.
    pub fn try_out(&self, now: Timestamp, deed: &Deed) -> Result<Result<(), Refusal>, Error> {
        let tried = self.look(now, &rehearser(deed)?, REHEARSE, |cx| (deed.run)(cx, &deed.args));
        match tried {
            Ok(outcome) => Ok(outcome.map(|_| ())),
            // It would have destroyed a key: then nothing stands in the way.
            Err(Error::Estate(pbx_estate::Error::GenerationNeeded)) => Ok(Ok(())),
            Err(error) => Err(error),
        }
    }

    /// Carries out `deed`, and writes what `with` says in the same batch.
    ///
    /// As with [`Site::note`], what destroys a key needs `begun`.
    pub fn carry_out(
        &mut self,
        now: Timestamp,
        begun: Option<&Arc<dyn Cipher>>,
        deed: &Deed,
        with: impl FnOnce(&Estate<'_>) -> Result<Vec<Change>, pbx_estate::Error>,
    ) -> Result<Result<Sequence, Refusal>, Error> {
        self.advance(now)?;
        let principal = rehearser(deed)?;
        let supplied = Supplied { generation: begun.cloned(), ..Supplied::default() };
        let done = self.look_with(now, &principal, REHEARSE, &supplied, |cx| {
            let outcome = (deed.run)(cx, &deed.args)?;
            let changes = with(&cx.estate).map_err(Stop::Error)?;
            Ok((outcome, changes))
        });
        let happening = |refusal: Option<&Refusal>| {
            let run = Happening::of_run("rehearsal.carried-out", &deed.name, refusal);
            run.of(&principal).with("request", deed.request.as_str())
        };
        let (Outcome { mut changes, events, .. }, more) = match done {
            Ok(done) => done,
            Err(Stop::Error(error)) => return Err(error.into()),
            Err(Stop::Blob(_)) => return Err(Error::Unsupplied),
            Err(Stop::Refusal(refusal)) => {
                self.commit(now, Vec::new(), &[happening(Some(&refusal))], Durability::Lazy)?;
                return Ok(Err(refusal));
            }
        };
        changes.extend(more);
        let mut happenings = vec![happening(None)];
        happenings.extend(events.iter().map(|it| Happening::of_event(it).of(&principal)));
        let sequence = self.commit(now, changes, &happenings, Durability::Wait)?;
        if let Some(cipher) = begun {
            self.adopt(Arc::clone(cipher));
        }
        Ok(Ok(sequence))
    }
}

/// Whoever carries out a deed: what its role may do, and that it may rehearse.
fn rehearser(deed: &Deed) -> Result<Principal, Error> {
    let account = AccountName::parse(ACTOR).map_err(|_| pbx_estate::Error::Missing { table: "account" })?;
    let mut role = (*deed.role).clone();
    role.permissions.insert(REHEARSE.0.to_owned());
    let source = Source::new([127, 0, 0, 1].into());
    Ok(Principal { account, role: Arc::new(role), surface: deed.surface, source })
}

/// As whom records name a rehearsal.
const ACTOR: &str = "rehearsal";

/// The one permission that no policy declares and no account can have: it opens the way to an operation, which then
/// demands whatever the policy says that it needs.
const REHEARSE: Permission = Permission("rehearsal.carry-out");
