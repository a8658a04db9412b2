//! The steps of a rehearsal that change nothing of the person's data; see `deed` for those that do.

use pbx_estate::keys::KeyTree;
use pbx_estate::setting;
use pbx_policy::Policy;
use pbx_rehearsal::{
    Answer, Body, Encoding, Erasure, Explanations, HandedOver, Held, IdentifierKind, LedgerEntry, Needles,
    Numbering, Recipient, Request, RequestKind, Stage, search,
};
use sha2::{Digest, Sha256};

use super::case::{self, Case, Dossier};
use super::identity::{forget, learn};
use super::paper::{self, Erasures};
use super::survey::{self, Survey, look};
use super::{LINE_PENDING, RehearsalError, Rehearsals, event, package, planning, raw};

impl Rehearsals {
    pub(super) async fn verify_identity(
        &self,
        case: Case,
        next: Request,
        vouched: bool,
    ) -> Result<Case, RehearsalError> {
        if !vouched {
            let dossier = self.dossier(&case)?;
            let person = self.person(&case)?.ok_or(RehearsalError::Identity)?;
            let mut known = Dossier { identifiers: Vec::new() };
            learn(&mut known, &person);
            let known = known.identity().map_err(RehearsalError::Identifier)?;
            let needles = Needles::build([(0, &known)], &Numbering::default(), &Encoding::ALL, 1);
            let needles = needles.map_err(|_| RehearsalError::TooManyIdentifiers)?;
            let agrees = |(_, text): &(IdentifierKind, String)| search(&needles, text.as_bytes()).count() > 0;
            if !dossier.identifiers.iter().all(agrees) {
                return Err(RehearsalError::Identity);
            }
        }
        let event = event(&next, "rehearsal.identity-verified");
        let how = if vouched { "vouched" } else { "compared" };
        self.record(&case, Case { request: next, ..case.clone() }, event.with("how", how)).await
    }

    pub(super) async fn locate(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let mut dossier = self.dossier(&case)?;
        if let Some(person) = self.person(&case)? {
            learn(&mut dossier, &person);
        }
        let survey = self.survey(&case, &dossier, Explanations::default()).await?;
        // The plan's rows say which stores there are, those of others among them.
        let plan = planning::plan(self.seat.policy(), &survey, case.takes_silent_ways);
        let held: Vec<Held> = plan
            .stores
            .into_iter()
            .map(|it| Held { store: it.store, name: it.name, items: it.before })
            .collect();
        let items: u64 = held.iter().map(|it| it.items).sum();
        let event = event(&next, "rehearsal.located").with("items", items.to_string());
        let located = Case { request: next, held, ..case.clone() };
        self.record_with(&case, located, event, |estate| {
            let mut keys = KeyTree::open(estate)?;
            let id = case::dossier(case.request.id());
            let mut changes = paper::write_sealed(&mut keys, case.slot, &id, &dossier)?;
            changes.extend(keys.changes()?);
            Ok(changes)
        })
        .await
    }

    pub(super) async fn package_up(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let dossier = self.dossier(&case)?;
        let package = package::package(&self.seat, &case, &dossier)?;
        let digest = sha256(&serde_json::to_vec_pretty(&package).unwrap_or_default());
        let event = event(&next, "rehearsal.packaged").with("sha256", digest.as_str());
        let packaged = Case { request: next, package_sha256: Some(digest), ..case.clone() };
        self.record_with(&case, packaged, event, |estate| {
            let mut keys = KeyTree::open(estate)?;
            let id = case::package(case.request.id());
            let mut changes = paper::write_sealed(&mut keys, case.slot, &id, &package)?;
            changes.extend(keys.changes()?);
            Ok(changes)
        })
        .await
    }

    pub(super) async fn plan(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let dossier = self.dossier(&case)?;
        let survey = self.survey(&case, &dossier, Explanations::default()).await?;
        let plan = planning::plan(self.seat.policy(), &survey, case.takes_silent_ways);
        let exceptions = plan.exceptions().count().to_string();
        let event = event(&next, "rehearsal.planned").with("exceptions", exceptions);
        self.record(&case, Case { request: next, plan, ..case.clone() }, event).await
    }

    pub(super) async fn notify(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let now = self.world.now();
        let held = |policy: &Policy, it: &pbx_policy::Recipient| {
            let of_plan = |id: &str| case.plan.stores.iter().any(|it| it.store == id && it.before > 0);
            policy.stores.iter().any(|store| it.gets(store) && of_plan(store.id.get_ref()))
        };
        let recipients = look(&self.seat, |estate, policy| {
            let mut told = Vec::new();
            for it in policy.recipients.iter().filter(|it| held(policy, it)) {
                if setting::is_on(estate, policy, it.switch.get_ref())? {
                    let (recipient, name) = (it.id.get_ref().clone(), it.name.clone());
                    told.push(Recipient { recipient, name, told: Some(now), closed: None });
                }
            }
            Ok(told)
        })?;
        let event = event(&next, "rehearsal.notified").with("recipients", recipients.len().to_string());
        self.record(&case, Case { request: next, recipients, ..case.clone() }, event).await
    }

    pub(super) async fn search(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let dossier = self.dossier(&case)?;
        let explanations = planning::explanations(self.seat.policy(), &case.plan);
        let mut survey = self.survey(&case, &dossier, explanations).await?;
        if let Some(folder) = self.folder() {
            let identity = dossier.identity().map_err(RehearsalError::Identifier)?;
            let found = tokio::task::spawn_blocking(move || {
                let shortest = Needles::RANDOM_BYTES_MIN;
                let people = [(survey::WANTED, &identity)];
                let needles = Needles::build(people, &Numbering::default(), &Encoding::ALL, shortest);
                needles.map_err(std::io::Error::other).and_then(|it| raw::search_files(&folder, &it))
            });
            let found = found.await.map_err(std::io::Error::other).and_then(|it| it);
            let (findings, bytes) = found.map_err(RehearsalError::Files)?;
            survey.bytes += bytes;
            findings.into_iter().for_each(|it| survey.add(it));
        }
        let Survey { findings, bytes, .. } = survey;
        let event = event(&next, "rehearsal.searched")
            .with("findings", findings.len().to_string())
            .with("bytes", bytes.to_string());
        let searched = Case { request: next, findings, searched_bytes: bytes, ..case.clone() };
        self.record(&case, searched, event).await
    }

    pub(super) async fn certify(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let answer = match next.kind() {
            RequestKind::Erasure => {
                let (plan, recipients) = (case.plan.clone(), case.recipients.clone());
                let found = case.findings.clone();
                Answer::Erasure(Erasure::new(plan, recipients, case.searched_bytes, found, None))
            }
            RequestKind::Access | RequestKind::Portability => Answer::Copy(HandedOver {
                package_sha256: case.package_sha256.clone().unwrap_or_default(),
                stores: case.held.clone(),
            }),
        };
        let product = &self.seat.policy().product.id;
        let body = Body::new(&next, self.world.now(), product, self.seat.release(), answer);
        let event = event(&next, Body::EVENT).with(Body::DETAIL, body.digest());
        let is_erasure = next.kind() == RequestKind::Erasure;
        let line = Some(LINE_PENDING);
        let certified = Case { request: next, body: Some(body), line, ..case.clone() };
        // The checkpoint covers the records of all operations: the ledger keeps it.
        let checkpoint =
            if is_erasure { self.checkpoint().await?.as_str().to_owned() } else { String::new() };
        self.record_with(&case, certified, event, |estate| {
            if !is_erasure {
                return Ok(Vec::new());
            }
            let id = case.request.id();
            let mut changes = forget(estate, &case)?;
            if let Some(entry) = paper::read::<Erasures, LedgerEntry>(estate, id)? {
                let entry = LedgerEntry { checkpoint: checkpoint.clone(), ..entry };
                changes.extend(paper::write::<Erasures, LedgerEntry>(estate, id, &entry)?);
            }
            Ok(changes)
        })
        .await
    }

    pub(super) async fn end(&self, case: Case, next: Request) -> Result<Case, RehearsalError> {
        let name = match next.stage() {
            Stage::Refused => "rehearsal.refused",
            Stage::Cancelled => "rehearsal.cancelled",
            _ => "rehearsal.closed",
        };
        let event = event(&next, name);
        self.record_with(&case, Case { request: next, ..case.clone() }, event, |estate| forget(estate, &case))
            .await
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
