//! Rehearsals: a person's request, from intake to certificate, against one site.
//!
//! ```text
//!   receive ─▶ Case (a row of the site) ── step ─▶ Case ── step ─▶ …  each step: one batch, one record in the trail
//!                 └─ dossier: what identifies the person, under a key of its own that ends with the request
//! ```
//!
//! # Invariants
//!
//! - A step that is wrong, or is repeated, changes nothing.
//! - Data is erased through the product's own operations only, in a shipped role and over a surface that the policy
//!   names; a way that the paper does not name is never taken unless the request says so.
//! - The ledger's row is written in the batch of the first operation that erases, so that no erasure is forgotten.
//! - Once a request is over, what identified the person in it cannot be opened any more.

use std::cell::Cell;
use std::sync::Arc;

use pbx_estate::keys::KeyTree;
use pbx_estate::people::People;
use pbx_estate::{Estate, Event};
use pbx_kernel::Change;
use pbx_policy::FieldId;
use pbx_recorder::{Hash, SignedCheckpoint};
use pbx_rehearsal::{Certificate, Explanations, Identifier, LedgerEntry, Proof, Request, RequestKind, Stage};
use serde_json::Value;

use crate::durable::durable;
use crate::{Seat, World};

mod case;
mod deed;
mod error;
mod identity;
mod package;
mod paper;
mod planning;
mod raw;
mod steps;
mod survey;
#[cfg(test)]
mod tests;

pub use case::Case;
pub use error::RehearsalError;

use case::Dossier;
use identity::token_of;
use paper::{Erasures, Requests};
use survey::{Survey, Watch, look};

/// The rehearsals at one site.
pub struct Rehearsals {
    world: Arc<World>,
    seat: Arc<Seat>,
}

/// A request as it comes in.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Its id, where whoever asks has one; otherwise it is given the next.
    pub id: Option<String>,
    /// What is asked for.
    pub kind: RequestKind,
    /// Who it is about.
    pub identifiers: Vec<Identifier>,
    /// Whether ways of erasing are taken that the product's paper does not name.
    pub takes_silent_ways: bool,
}

/// A step of a rehearsal; [`Stage`] says which may follow which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Compares the identifiers with the record; or somebody vouches that it was done elsewhere.
    VerifyIdentity {
        /// Whether it was.
        vouched: bool,
    },
    /// Looks what is held.
    Locate,
    /// Makes the copy.
    Package,
    /// Decides what is done, store by store.
    Plan,
    /// Tries every operation and throws away what it would change.
    DryRun,
    /// Does it.
    Execute,
    /// Tells the recipients.
    Notify,
    /// Searches for what is left.
    Search,
    /// Issues the certificate.
    Certify,
    /// Ends it.
    Close,
    /// Refuses it, for a reason that the person is told.
    Refuse {
        /// The reason.
        reason: String,
    },
    /// Ends it because whoever asked took it back.
    Cancel,
}

/// Somebody whom a site has a record of, as the director shows him.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// His number.
    pub number: u64,
    /// What is recorded, by field.
    pub fields: Vec<(FieldId, String)>,
}

impl Rehearsals {
    /// The rehearsals at the site of `seat`.
    pub fn new(world: Arc<World>, seat: Arc<Seat>) -> Self {
        Self { world, seat }
    }

    /// At most a hundred people after the number `after` in whose record `search` occurs, and where to go on.
    pub async fn people(
        &self,
        search: &str,
        after: u64,
    ) -> Result<(Vec<PersonView>, Option<u64>), RehearsalError> {
        let search = search.to_lowercase();
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let page = look(&self.seat, |estate, _| Ok(People::open(estate)?.list(after, PEOPLE_AT_ONCE)?))?;
            if page.is_empty() {
                return Ok((found, None));
            }
            for person in page {
                after = person.number;
                if person.fields.values().any(|it| it.to_lowercase().contains(&search)) {
                    let fields = person.fields.into_iter().collect();
                    found.push(PersonView { number: person.number, fields });
                }
                if found.len() == PEOPLE_MAX {
                    return Ok((found, Some(after)));
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Every request of the site, by id.
    pub fn list(&self) -> Result<Vec<Case>, RehearsalError> {
        look(&self.seat, |estate, _| {
            let ids = paper::ids::<Requests>(estate)?;
            let cases = ids.iter().map(|it| paper::read::<Requests, Case>(estate, it));
            Ok(cases.filter_map(Result::transpose).collect::<Result<_, _>>()?)
        })
    }

    /// The request `id`.
    pub fn show(&self, id: &str) -> Result<Case, RehearsalError> {
        let case = look(&self.seat, |estate, _| Ok(paper::read::<Requests, Case>(estate, id)?))?;
        case.ok_or_else(|| RehearsalError::NoSuchRequest { id: id.to_owned() })
    }

    /// The ledger: every erasure at the site.
    pub fn ledger(&self) -> Result<Vec<LedgerEntry>, RehearsalError> {
        look(&self.seat, |estate, _| {
            let ids = paper::ids::<Erasures>(estate)?;
            let entries = ids.iter().map(|it| paper::read::<Erasures, LedgerEntry>(estate, it));
            Ok(entries.filter_map(Result::transpose).collect::<Result<_, _>>()?)
        })
    }

    /// Takes in a request.
    pub async fn receive(&self, intake: Intake) -> Result<Case, RehearsalError> {
        let Intake { id, kind, identifiers, takes_silent_ways } = intake;
        // Who is still on his way into the site would not be found. An error means that the world is going.
        let _ = self.seat.peopled.subscribe().wait_for(|it| *it).await;
        let given = identifiers.iter().map(|it| (it.kind(), it.expose_text().to_owned())).collect();
        let dossier = Dossier { identifiers: given };
        let person = self.resolve(&dossier).await?;
        let taken = self.seat.with_site(|site, now| -> Result<_, pbx_site::Error> {
            let (ids, token) = site.read(|estate, _| {
                let token = match &person {
                    Some(person) => person.token.clone(),
                    None => token_of(estate, &dossier),
                };
                Ok((paper::ids::<Requests>(estate)?, token))
            })?;
            let id = id.clone().unwrap_or_else(|| format!("r-{:05}", ids.len() + 1));
            if ids.len() >= REQUESTS_MAX {
                return Ok(Err(RehearsalError::TooManyRequests));
            }
            if ids.contains(&id) {
                return Ok(Err(RehearsalError::Duplicate { id }));
            }
            let request = match Request::receive(now, &id, site.id().clone(), kind, &token) {
                Ok(request) => request,
                Err(error) => return Ok(Err(RehearsalError::Step(error))),
            };
            let event = event(&request, "rehearsal.received").with("kind", kind.as_str());
            let made: Cell<Option<Case>> = Cell::new(None);
            let noted = site.note(now, None, &event, |estate, _| {
                let mut keys = KeyTree::open(estate)?;
                let (slot, _) = keys.allot()?;
                let mut changes = paper::write_sealed(&mut keys, slot, &case::dossier(&id), &dossier)?;
                let number = person.as_ref().map(|it| it.number);
                let case = Case::new(request.clone(), number, takes_silent_ways, slot);
                changes.extend(paper::write::<Requests, Case>(estate, &id, &case)?);
                changes.extend(keys.changes()?);
                made.set(Some(case));
                Ok(Some(changes))
            })?;
            Ok(Ok((made.into_inner(), noted)))
        });
        match taken.map_err(RehearsalError::Site)?? {
            (Some(case), Some(noted)) => {
                self.durable(noted.sequence).await?;
                Ok(case)
            }
            _ => Err(RehearsalError::MovedOn),
        }
    }

    /// Takes the next step of the request `id`. When it returns, what it did is on the disk.
    pub async fn step(&self, id: &str, step: Step) -> Result<Case, RehearsalError> {
        let case = self.show(id)?;
        let ends = |it: &Step| match it {
            Step::Refuse { reason } => case.request.refused(self.world.now(), reason),
            other => case.request.advanced(self.world.now(), other.stage()),
        };
        let next = ends(&step).map_err(RehearsalError::Step)?;
        match step {
            Step::VerifyIdentity { vouched } => self.verify_identity(case, next, vouched).await,
            Step::Locate => self.locate(case, next).await,
            Step::Package => self.package_up(case, next).await,
            Step::Plan => self.plan(case, next).await,
            Step::DryRun => self.dry_run(case, next).await,
            Step::Execute => self.execute(case, next).await,
            Step::Notify => self.notify(case, next).await,
            Step::Search => self.search(case, next).await,
            Step::Certify => self.certify(case, next).await,
            Step::Close | Step::Refuse { .. } | Step::Cancel => self.end(case, next).await,
        }
    }

    /// The copy that an access or portability request asked for, while the request is open.
    pub fn package(&self, id: &str) -> Result<Vec<u8>, RehearsalError> {
        self.show(id)?;
        let package = look(&self.seat, |estate, _| {
            let mut keys = KeyTree::open(estate)?;
            Ok(paper::read_sealed::<Value>(&mut keys, &case::package(id))?)
        })?;
        let package = package.ok_or(RehearsalError::NotThere(NO_PACKAGE))?;
        Ok(serde_json::to_vec_pretty(&package).unwrap_or_default())
    }

    /// The same as rows of values, for spreadsheets.
    pub fn package_csv(&self, id: &str) -> Result<Vec<u8>, RehearsalError> {
        let json = self.package(id)?;
        Ok(package::csv(&serde_json::from_slice(&json).unwrap_or_default()))
    }

    /// The certificate, with a fresh checkpoint and the proof that its line is in the trail.
    pub async fn certificate(&self, id: &str) -> Result<Certificate, RehearsalError> {
        let case = self.show(id)?;
        let (Some(body), Some(line)) = (case.body, case.line) else {
            return Err(RehearsalError::NotThere(NO_CERTIFICATE));
        };
        let checkpoint = self.checkpoint().await?;
        let (mut leaves, mut own) = (Vec::new(), None);
        loop {
            let from = leaves.len() as u64;
            let lines =
                self.world.lines(self.seat.id(), from, LINES_AT_ONCE).map_err(RehearsalError::Store)?;
            if lines.is_empty() {
                break;
            }
            own = own.or_else(|| lines.get(usize::try_from(line.checked_sub(from)?).ok()?).cloned());
            leaves.extend(lines.iter().map(|it| Hash::of_leaf(&it.0)));
            tokio::task::yield_now().await;
        }
        let proof = own.and_then(|own| Proof::new(&own.0, usize::try_from(line).ok()?, &leaves, &checkpoint));
        let proof = proof.ok_or(RehearsalError::NotThere(NO_PROOF))?;
        Ok(Certificate { body, proof })
    }

    /// Writes the step from `before` to `after` with its record.
    async fn record(&self, before: &Case, after: Case, event: Event) -> Result<Case, RehearsalError> {
        self.record_with(before, after, event, |_| Ok(Vec::new())).await
    }

    /// The same, with what `more` says in the same batch.
    async fn record_with(
        &self,
        before: &Case,
        after: Case,
        event: Event,
        more: impl Fn(&Estate<'_>) -> Result<Vec<Change>, pbx_estate::Error>,
    ) -> Result<Case, RehearsalError> {
        let id = before.request.id();
        let (after, sequence) = self
            .destroying(|begun| {
                self.seat.with_site(|site, now| {
                    let mut after = after.clone();
                    // A certificate's record is the next line.
                    after.line = after.line.map(|it| if it == LINE_PENDING { site.trail_len() } else { it });
                    let noted = site.note(now, begun, &event, |estate, _| {
                        let stored = paper::read::<Requests, Case>(estate, id)?;
                        if stored.as_ref() != Some(before) {
                            return Ok(None);
                        }
                        let mut changes = paper::write::<Requests, Case>(estate, id, &after)?;
                        changes.extend(more(estate)?);
                        Ok(Some(changes))
                    })?;
                    after.line = match (after.line, &noted, before.line) {
                        (Some(_), Some(noted), None) => Some(noted.line),
                        (line, ..) => line,
                    };
                    Ok(noted.map(|it| (after, it.sequence)))
                })
            })
            .await?
            .ok_or(RehearsalError::MovedOn)?;
        self.durable(sequence).await?;
        Ok(after)
    }

    async fn durable(&self, sequence: pbx_kernel::Sequence) -> Result<(), RehearsalError> {
        durable(&*self.seat.shared.store, sequence).await.map_err(RehearsalError::Store)
    }

    async fn checkpoint(&self) -> Result<SignedCheckpoint, RehearsalError> {
        let text = self.world.checkpoint(self.seat.id()).await.map_err(RehearsalError::Checkpoint)?;
        SignedCheckpoint::parse(&text).map_err(|_| RehearsalError::NotThere(NO_PROOF))
    }

    async fn survey(
        &self,
        case: &Case,
        dossier: &Dossier,
        explanations: Explanations,
    ) -> Result<Survey, RehearsalError> {
        Survey::of(&self.seat, &Watch::new(case.person, dossier, explanations)?).await
    }

    /// Where the world's state is, if it keeps any.
    fn folder(&self) -> Option<std::path::PathBuf> {
        self.seat.shared.notary.folder.as_ref()?.parent().map(std::path::Path::to_owned)
    }
}

impl Step {
    /// The stage that it leads to.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::VerifyIdentity { .. } => Stage::IdentityVerified,
            Self::Locate => Stage::Located,
            Self::Package => Stage::Packaged,
            Self::Plan => Stage::Planned,
            Self::DryRun => Stage::DryRun,
            Self::Execute => Stage::Executed,
            Self::Notify => Stage::Notified,
            Self::Search => Stage::Searched,
            Self::Certify => Stage::Certified,
            Self::Close => Stage::Closed,
            Self::Refuse { .. } => Stage::Refused,
            Self::Cancel => Stage::Cancelled,
        }
    }
}

/// The event of a step: it names the person by the token that only the person's own record links to somebody.
fn event(request: &Request, name: &'static str) -> Event {
    Event::on(name, "person", request.subject()).with("request", request.id())
}

const NO_CERTIFICATE: &str = "the request is not certified yet";
const NO_DOSSIER: &str = "what identified the person was destroyed with the request's key";
const NO_PACKAGE: &str = "there is no package: none was made yet, or the request is over";
const NO_PROOF: &str = "the certificate's record cannot be proven to be in the trail";

/// Stands for the number of the line that is about to be written.
const LINE_PENDING: u64 = u64::MAX;

/// The most people on a page.
const PEOPLE_MAX: usize = 100;

/// How many people are read in one turn.
const PEOPLE_AT_ONCE: usize = 128;

/// The most requests that a site keeps.
const REQUESTS_MAX: usize = 1_000;

/// How many lines of a trail are read together.
const LINES_AT_ONCE: usize = 1_000;
