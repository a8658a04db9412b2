//! What is done about a person in each store, read from the policy alone: which way the paper names, and who may go it.

use std::sync::Arc;

use pbx_auth::Role;
use pbx_estate::people::hold::is_own;
use pbx_kernel::Surface;
use pbx_policy::Method as PaperMethod;
use pbx_policy::{DataStore, ErasurePath, Owner, Policy, Rank, Removal, Scope};
use pbx_rehearsal::{Decision, Explanation, Explanations, Method, Place, Plan, StorePlan};

use super::survey::{Survey, holds_accounts, log_of};

/// Something that an administrator of the product does for the plan.
pub(super) struct Task {
    /// In which store.
    pub(super) store: String,
    /// What.
    pub(super) reach: Reach,
    /// In which role.
    pub(super) role: Arc<Role>,
    /// Over which surface.
    pub(super) surface: Surface,
    /// What becomes of the records.
    method: PaperMethod,
}

/// How much a task takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All that the store holds of the person.
    Everything,
    /// Single items.
    Items,
    /// The person's record, and what goes with it.
    Record(Removal),
}

/// What is to be done about what `survey` found.
pub(super) fn plan(policy: &Policy, survey: &Survey, takes_silent_ways: bool) -> Plan {
    let tasks = tasks(policy, takes_silent_ways);
    let mut stores = Vec::new();
    for store in &policy.stores {
        let id = store.id.get_ref();
        let seen = survey.stores.get(id).cloned().unwrap_or_default();
        let is_logged = log_of(policy, store).is_some();
        let before = if store.owner == Owner::Store || is_logged { seen.own + seen.others } else { seen.own };
        stores.push(planned(store, decide(store, &tasks), before, &tasks));
        if store.owner == Owner::Person && !is_logged && seen.others > 0 {
            stores.push(mentions(store, seen.others));
        }
    }
    Plan { stores }
}

/// What an administrator does for a plan, the person's record last.
pub(super) fn tasks(policy: &Policy, takes_silent_ways: bool) -> Vec<Task> {
    let of_store = |it: &DataStore| task(policy, it, takes_silent_ways);
    let mut tasks: Vec<Task> = policy.stores.iter().filter_map(of_store).collect();
    tasks.sort_by_key(|it| matches!(it.reach, Reach::Record(_)));
    tasks
}

/// Why something may be left, for each place that `plan` declares.
pub(super) fn explanations(policy: &Policy, plan: &Plan) -> Explanations {
    let mut explanations = Explanations::default();
    for store in plan.exceptions() {
        let explanation = Explanation {
            control: store.controls.first().cloned().unwrap_or_default(),
            citation: store.citation.clone(),
            remedy: remedy(policy, &store.store),
        };
        explanations.add(Place::Store { store: store.store.clone() }, explanation.clone());
        explanations.add(Place::Log { log: store.store.clone() }, explanation);
    }
    for recipient in &policy.recipients {
        let explanation = Explanation {
            control: recipient.controls.first().map(|it| it.get_ref().clone()).unwrap_or_default(),
            citation: "the transfer register".to_owned(),
            remedy: "Turn the transfer off, and have the recipient erase what it got.".to_owned(),
        };
        explanations.add(Place::Transfer { recipient: recipient.id.get_ref().clone() }, explanation);
    }
    explanations
}

/// The id in a plan of what others have in `store` about the person.
pub(super) fn of_others(store: &str) -> String {
    format!("{store}/of-others")
}

fn remedy(policy: &Policy, id: &str) -> String {
    match policy.store(id).and_then(|it| it.erase.first()) {
        Some(path) => path.how.clone(),
        None => "Ask those who hold it to remove it.".to_owned(),
    }
}

fn planned(store: &DataStore, decision: Decision, before: u64, tasks: &[Task]) -> StorePlan {
    let path = cited(store, &decision);
    let citation = path.map_or("the paper names no way", |it| it.cite.as_str());
    let mut plan = StorePlan::new(store.id.get_ref(), &store.name, decision, before, citation);
    let ids = path.into_iter().flat_map(|it| &it.controls).map(|it| it.get_ref().clone());
    plan.controls = ids.collect();
    // Whatever is removed of persons here, the key that it was sealed under is destroyed.
    let is_done_here = tasks.iter().any(|it| goes_with(store, it));
    if plan.decision.clears() && is_done_here && store.owner == Owner::Person {
        plan.method = Method::PurgeCryptographicErase;
    }
    plan
}

/// What others recorded for themselves names the person, and stays theirs.
fn mentions(store: &DataStore, before: u64) -> StorePlan {
    let reason = "What others hold for themselves is also theirs: erasing it would take their data \
                  (Art. 15(4) and 17(3)(a) GDPR).";
    let decision = Decision::Keep { reason: reason.to_owned() };
    let name = format!("{}, of others", store.name);
    let mut plan = StorePlan::new(of_others(store.id.get_ref()), name, decision, before, "Art. 15(4) GDPR");
    plan.controls = store.erase.iter().flat_map(|it| &it.controls).map(|it| it.get_ref().clone()).collect();
    plan.controls.dedup();
    plan
}

fn decide(store: &DataStore, tasks: &[Task]) -> Decision {
    let own = tasks.iter().find(|it| it.store == *store.id.get_ref());
    if let Some(decision) = own.and_then(|it| cleared(it.method)) {
        return decision;
    }
    let has = |method| store.erase.iter().find(|it| *it.method.get_ref() == method);
    if has(PaperMethod::Silent).is_some() || store.erase.is_empty() {
        return Decision::Silent;
    }
    if tasks.iter().any(|it| goes_with(store, it)) {
        return Decision::Delete;
    }
    if let Some(path) = has(PaperMethod::Keep) {
        let reason = path.reason.map_or("no reason is given", pbx_policy::Justification::as_str);
        return Decision::Keep { reason: format!("{reason}: {}", path.how) };
    }
    let by_others =
        |it: &ErasurePath| it.method.get_ref().erases() && it.needs.iter().any(|it| is_own(it.get_ref()));
    if has(PaperMethod::External).is_some() || store.erase.iter().any(by_others) {
        return Decision::External { closed: None };
    }
    Decision::NotPossible
}

const fn cleared(method: PaperMethod) -> Option<Decision> {
    match method {
        PaperMethod::Anonymise => Some(Decision::Anonymise),
        PaperMethod::Delete => Some(Decision::Delete),
        PaperMethod::DestroyKey => Some(Decision::DestroyKey),
        PaperMethod::Detach => Some(Decision::Detach),
        PaperMethod::External | PaperMethod::Keep | PaperMethod::NotPossible | PaperMethod::Silent => None,
    }
}

/// Whether `task` takes what `store` holds of the person.
fn goes_with(store: &DataStore, task: &Task) -> bool {
    match task.reach {
        Reach::Record(removal) => {
            task.store == *store.id.get_ref() || store.records_removed_by.contains(&removal)
        }
        Reach::Everything | Reach::Items => task.store == *store.id.get_ref(),
    }
}

/// The way that a decision rests on.
fn cited<'p>(store: &'p DataStore, decision: &Decision) -> Option<&'p ErasurePath> {
    let method = match decision {
        Decision::Anonymise => PaperMethod::Anonymise,
        Decision::Delete => PaperMethod::Delete,
        Decision::DestroyKey => PaperMethod::DestroyKey,
        Decision::Detach => PaperMethod::Detach,
        Decision::External { .. } => PaperMethod::External,
        Decision::Keep { .. } => PaperMethod::Keep,
        Decision::NotPossible => PaperMethod::NotPossible,
        Decision::Silent => PaperMethod::Silent,
    };
    store.erase.iter().find(|it| *it.method.get_ref() == method).or_else(|| store.erase.first())
}

/// The farthest-reaching way of erasing one person from `store` that an administrator can go.
fn task(policy: &Policy, store: &DataStore, takes_silent_ways: bool) -> Option<Task> {
    if log_of(policy, store).is_some() || holds_accounts(store) {
        return None;
    }
    store.erase.iter().find_map(|path| {
        let method = *path.method.get_ref();
        let is_taken = method.erases() || (method == PaperMethod::Silent && takes_silent_ways);
        if !is_taken || path.needs.iter().any(|it| is_own(it.get_ref())) {
            return None;
        }
        let reach = match (store.owner, path.scope?) {
            (Owner::Person, Scope::Person) if store.holds_persons() => Reach::Record(removal(store)?),
            (Owner::Person, Scope::Person) if path.fields.is_empty() => Reach::Everything,
            (Owner::Person | Owner::Store, Scope::Item) => Reach::Items,
            (Owner::Person | Owner::Store, Scope::Mark | Scope::Person | Scope::Whole) => return None,
        };
        let (role, surface) = administrator(policy, path)?;
        Some(Task { store: store.id.get_ref().clone(), reach, role, surface, method })
    })
}

/// The removal that takes most along of those that take the person's record.
fn removal(store: &DataStore) -> Option<Removal> {
    let takes = |it: &Removal| store.records_removed_by.contains(it);
    [Removal::UserWithServices, Removal::User].into_iter().find(takes)
}

/// The first shipped role for administrators that may go this way, and where.
fn administrator(policy: &Policy, path: &ErasurePath) -> Option<(Arc<Role>, Surface)> {
    let may = |row: &&pbx_policy::RoleRow| {
        row.rank == Rank::Configuration
            && path.needs.iter().all(|it| row.role.permissions.contains(it.get_ref()))
    };
    policy.roles.iter().filter(may).find_map(|row| {
        let admitted = |it: &&Surface| path.surfaces.is_empty() || path.surfaces.contains(it);
        let surface = row.surfaces.iter().find(admitted)?;
        Some((Arc::clone(&row.role), *surface))
    })
}
