//! Carrying out a plan through the product's own operations.

use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_estate::people::{NOBODY, People, TELLING, hold, manage};
use pbx_estate::{Args, Estate, Handler};
use pbx_kernel::{Change, Cipher, Sequence};
use pbx_policy::Removal;
use pbx_rehearsal::{LedgerEntry, Request};
use pbx_site::{Deed, Error};

use super::case::{Case, Dossier};
use super::identity::tokens;
use super::paper::{self, Erasures};
use super::planning::{self, Reach, Task, tasks};
use super::survey::{Survey, look};
use super::{RehearsalError, Rehearsals, event};

impl Rehearsals {
    /// Tries every operation of the plan and throws away what it would change.
    pub(super) async fn dry_run(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let dossier = self.dossier(&case)?;
        let survey = self.survey(&case, &dossier, pbx_rehearsal::Explanations::default()).await?;
        let deeds = self.deeds(&case, &survey)?;
        for deed in &deeds {
            let tried =
                self.seat.with_site(|site, now| site.try_out(now, deed)).map_err(RehearsalError::Site)?;
            tried.map_err(|it| RehearsalError::Refused { what: deed.name.clone(), refusal: it.code() })?;
        }
        let event = event(&next, "rehearsal.dry-run").with("operations", deeds.len().to_string());
        self.record(&case, Case { request: next, ..case.clone() }, event).await
    }

    /// Carries the plan out: each operation in a batch of its own, with the ledger's row. Where it was interrupted, it
    /// goes on with what is left.
    pub(super) async fn execute(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let dossier = self.dossier(&case)?;
        let nothing = pbx_rehearsal::Explanations::default;
        let survey = self.survey(&case, &dossier, nothing()).await?;
        for deed in self.deeds(&case, &survey)? {
            self.carry_out(&case, &dossier, &deed).await?;
        }
        let survey = self.survey(&case, &dossier, nothing()).await?;
        let now = planning::plan(self.seat.policy(), &survey, case.takes_silent_ways);
        let counts: BTreeMap<String, u64> = now.stores.into_iter().map(|it| (it.store, it.before)).collect();
        let mut plan = case.plan.clone();
        for store in &mut plan.stores {
            store.after = Some(counts.get(&store.store).copied().unwrap_or(0));
        }
        let remaining: u64 = plan.stores.iter().filter_map(|it| it.after).sum();
        let event = event(&next, "rehearsal.executed").with("left", remaining.to_string());
        let executed = Case { request: next, plan, ..case.clone() };
        let entry = executed.clone();
        self.record_with(&case, executed, event, |estate| self.ledger_changes(estate, &entry, &dossier)).await
    }

    async fn carry_out(&self, case: &Case, dossier: &Dossier, deed: &Deed) -> Result<(), RehearsalError> {
        let done = self
            .destroying(|begun| {
                self.seat.with_site(|site, now| {
                    site.carry_out(now, begun, deed, |estate| self.ledger_changes(estate, case, dossier))
                })
            })
            .await?;
        let refused =
            |it: pbx_estate::Refusal| RehearsalError::Refused { what: deed.name.clone(), refusal: it.code() };
        let sequence: Sequence = done.map_err(refused)?;
        self.durable(sequence).await
    }

    fn ledger_changes(
        &self,
        estate: &Estate<'_>,
        case: &Case,
        dossier: &Dossier,
    ) -> Result<Vec<Change>, pbx_estate::Error> {
        let (id, site) = (case.request.id(), case.request.site().clone());
        let known = paper::read::<Erasures, LedgerEntry>(estate, id)?;
        let erased = known.map_or(self.world.now(), |it| it.erased);
        let tokens = tokens(estate, dossier);
        let entry = LedgerEntry::new(id, site, erased, tokens, &case.plan, String::new());
        paper::write::<Erasures, LedgerEntry>(estate, id, &entry)
    }

    /// What is to be done about what `survey` found, in the order in which it is done.
    fn deeds(&self, case: &Case, survey: &Survey) -> Result<Vec<Deed>, RehearsalError> {
        let mut deeds = Vec::new();
        for task in tasks(self.seat.policy(), case.takes_silent_ways) {
            let seen = survey.stores.get(&task.store).cloned().unwrap_or_default();
            match (task.reach, case.person) {
                (Reach::Everything, Some(number)) if seen.own > 0 => {
                    let args = Args::of([("store", task.store.as_str()), ("owner", &number.to_string())]);
                    deeds.push(deed(case, &task, "erase", hold::erase, args));
                }
                (Reach::Record(removal), Some(number)) if seen.own > 0 => {
                    let Some(name) = self.name_of(number)? else { continue };
                    let run: Handler = match removal {
                        Removal::UserWithServices => manage::remove_with_services,
                        Removal::Mailbox | Removal::ServiceNode | Removal::User => manage::remove,
                    };
                    deeds.push(deed(
                        case,
                        &task,
                        "remove person from",
                        run,
                        Args::of([("person", name.as_str())]),
                    ));
                }
                (Reach::Items, _) => {
                    let (owner, items) = self.items_of(case, &task, &seen)?;
                    for some in items.chunks(ITEMS_TOGETHER) {
                        let mut args =
                            Args::of([("store", task.store.as_str()), ("owner", &owner.to_string())]);
                        some.iter().for_each(|it| args.add("item", &it.to_string()));
                        deeds.push(deed(case, &task, "remove items from", hold::remove, args));
                    }
                }
                (Reach::Everything | Reach::Record(_), _) => {}
            }
        }
        Ok(deeds)
    }

    /// Whose items a task takes, and their numbers: the person's own, or what is nobody's and names the person.
    fn items_of(
        &self,
        case: &Case,
        task: &Task,
        seen: &super::survey::Seen,
    ) -> Result<(u64, Vec<u64>), RehearsalError> {
        if let Some(number) = case.person.filter(|_| seen.own > 0) {
            let items = look(&self.seat, |estate, _| {
                Ok(People::open(estate)?.items(&task.store, number, None, usize::MAX)?)
            })?;
            return Ok((number, items.into_iter().map(|it| it.number).collect()));
        }
        Ok((NOBODY, seen.nobodys.clone()))
    }

    /// What the product finds the person by.
    fn name_of(&self, number: u64) -> Result<Option<String>, RehearsalError> {
        let person = look(&self.seat, |estate, _| Ok(People::open(estate)?.person(number)?))?;
        let told = |it: &pbx_estate::people::Person| {
            TELLING.iter().map(|field| it.get(*field)).find(|it| !it.is_empty()).map(str::to_owned)
        };
        Ok(person.as_ref().and_then(told))
    }

    /// Does what may destroy a key: where it needs a new generation of the site's keys, one is begun, and settled once
    /// what was done is on the disk. That happens even if the caller goes away meanwhile.
    pub(super) async fn destroying<T>(
        &self,
        attempt: impl Fn(Option<&Arc<dyn Cipher>>) -> Result<T, Error>,
    ) -> Result<T, RehearsalError> {
        match attempt(None) {
            Err(Error::Estate(pbx_estate::Error::GenerationNeeded)) => {}
            done => return done.map_err(RehearsalError::Site),
        }
        let mut generations = Arc::clone(&self.seat.generations).lock_owned().await;
        let begun = self.seat.begin_generation(&mut generations).await.map_err(RehearsalError::Site)?;
        let cipher: Arc<dyn Cipher> = begun;
        let done = attempt(Some(&cipher));
        // Whatever came of it: a generation that sealed nothing must go too.
        let settled = self.seat.settle_or_retry(&mut generations).await;
        drop(generations);
        let done = done.map_err(RehearsalError::Site)?;
        settled.map_err(RehearsalError::Site)?;
        Ok(done)
    }
}

fn deed(case: &Case, task: &Task, what: &str, run: Handler, args: Args) -> Deed {
    Deed {
        request: case.request.id().to_owned(),
        name: format!("{what} {}", task.store),
        run,
        args,
        role: Arc::clone(&task.role),
        surface: task.surface,
    }
}

/// How many items are removed by one operation.
const ITEMS_TOGETHER: usize = 256;
