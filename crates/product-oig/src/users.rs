//! The Users tab: the user list as a CSV file that is exported, edited and uploaded. It is the only way to make,
//! change and delete users (OIG-055).
//!
//! A row means the user with its e-mail address; users without a row stay as they are. An upload is done whole or not
//! at all: the first thing wrong with it is named by its line, and nothing changes.

pub(crate) mod file;

use std::collections::{BTreeMap, BTreeSet};

use pbx_estate::people::{NOBODY, Number, People, Person, TELLING, folded, hold, manage};
use pbx_estate::{Args, Context, Document, Event, Outcome, Refusal, Reply, Stop};
use pbx_policy::{FieldId, Removal, Scope, SubjectKind};

use file::{Fault, Line};

/// The user list as a CSV file.
pub(crate) fn export(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let mut people = People::open(&cx.estate)?;
    let (mut users, mut after) = (Vec::new(), NOBODY);
    loop {
        let page = people.list(after, READ_ROWS)?;
        let Some(last) = page.last() else { break };
        after = last.number;
        users.extend(page.into_iter().filter(is_user).map(|it| it.fields));
    }
    let event = Event::on("person.list-exported", "store", STORE).with("users", users.len().to_string());
    let bytes = file::write(&fields(cx), &users);
    let document = Document { name: "users.csv".to_owned(), media: "text/csv; charset=utf-8", bytes };
    Ok(Outcome { events: vec![event], ..Outcome::reply(Reply::Document(document)) })
}

/// Makes, changes and deletes users as the rows of the CSV file in `csv` say; all of them or none.
pub(crate) fn import(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let text = args.all(CSV).last().filter(|it| !it.trim().is_empty()).ok_or(Refusal::Missing(CSV))?;
    let lines = file::read(&fields(cx), text).map_err(refusal)?;
    let mut people = People::open(&cx.estate)?;
    let plan = Plan::of(cx, &mut people, &lines)?;
    plan.carry_out(cx, people)
}

/// What an upload does.
#[derive(Default)]
struct Plan {
    deleted: Vec<Person>,
    changed: Vec<(Person, BTreeMap<FieldId, String>)>,
    made: Vec<BTreeMap<FieldId, String>>,
    unchanged: usize,
}

impl Plan {
    fn of(cx: &Context<'_>, people: &mut People<'_>, lines: &[Line]) -> Result<Self, Stop> {
        let mut plan = Self::default();
        let mut addresses = BTreeSet::new();
        let mut kept = Vec::new();
        for line in lines {
            let address = line.value(KEY);
            if address.is_empty() {
                return Err(line.refused("has no e-mail address, so that it names nobody"));
            }
            if !addresses.insert(folded(KEY, address)) {
                return Err(line.refused("names a user that an earlier line names already"));
            }
            match (people.find(KEY, address)?.filter(is_user), line.is_deleted) {
                (None, true) => return Err(line.refused("marks somebody who is not in the user list")),
                (Some(user), true) => plan.deleted.push(user),
                (user, false) => kept.push((line, user)),
            }
        }
        if !plan.deleted.is_empty() {
            hold::way(cx, hold::find(cx, &Args::of([("store", STORE)]))?, Scope::Person)?;
        }
        let gone: BTreeSet<Number> = plan.deleted.iter().map(|it| it.number).collect();
        let mut taken = BTreeSet::new();
        for (line, user) in kept {
            let before = user.as_ref().map(|it| it.fields.clone()).unwrap_or_default();
            let after = record(cx, line, before.clone())?;
            for (field, value) in after.iter().filter(|(field, _)| TELLING.contains(field)) {
                let holder = people.find(*field, value)?.map(|it| it.number);
                let is_held = holder.is_some_and(|it| {
                    !gone.contains(&it) && user.as_ref().is_none_or(|user| user.number != it)
                });
                if is_held || !taken.insert((*field, folded(*field, value))) {
                    return Err(line.refused(&format!("has a {field} that belongs to another user")));
                }
            }
            match user {
                None => plan.made.push(after),
                Some(_) if after == before => plan.unchanged += 1,
                Some(user) => plan.changed.push((user, after)),
            }
        }
        Ok(plan)
    }

    /// Deletes first: what tells a deleted user from others may be another one's in the same file.
    fn carry_out(self, cx: &Context<'_>, mut people: People<'_>) -> Result<Outcome, Stop> {
        let Self { deleted, changed, made, unchanged } = self;
        let done = format!(
            "The user list was uploaded: {} made, {} changed, {} deleted, {unchanged} as they were.",
            made.len(),
            changed.len(),
            deleted.len(),
        );
        let mut outcome = Outcome::reply(Reply::Done(done));
        for user in &deleted {
            outcome.events.push(manage::take_out(cx, &mut people, user, Removal::User)?);
        }
        for (user, fields) in changed {
            let user = people.change(&user, fields)?;
            outcome.events.push(manage::event("person.changed", &user));
        }
        for fields in made {
            let user = people.add(SubjectKind::EndUsers, fields, cx.now)?;
            outcome.events.push(manage::event("person.created", &user));
        }
        outcome.changes = people.changes()?;
        Ok(outcome)
    }
}

/// The user's record as the line has it: fields whose columns it lacks stay.
fn record(
    cx: &Context<'_>,
    line: &Line,
    before: BTreeMap<FieldId, String>,
) -> Result<BTreeMap<FieldId, String>, Stop> {
    let given = Args::of(line.values.iter().map(|(field, value)| (field.as_str(), value.as_str())));
    manage::given(cx, &given, before).map_err(|stop| {
        if let Stop::Refusal(refused) = &stop {
            line.refused(&format!("is refused: {refused}"))
        } else {
            stop
        }
    })
}

impl Line {
    fn refused(&self, why: &str) -> Stop {
        refusal(Fault { line: self.number, why: why.to_owned() }).into()
    }
}

fn refusal(Fault { line, why }: Fault) -> Refusal {
    let why = why.trim_end_matches('.');
    Refusal::bad(CSV, format!("was not taken, and nothing was changed: line {line} {why}"))
}

fn is_user(person: &Person) -> bool {
    person.kind == SubjectKind::EndUsers
}

/// The fields of a user, in the order of the file's columns.
fn fields(cx: &Context<'_>) -> Vec<FieldId> {
    cx.policy.person.iter().flat_map(|it| &it.fields).map(|it| *it.id.get_ref()).collect()
}

/// Under which name the file is sent.
pub(crate) const CSV: &str = "csv";

/// The store that the user list is.
const STORE: &str = "users";

/// What tells users apart in the file: each has one, and no two have the same.
const KEY: FieldId = FieldId::Email;

/// How many users are read together.
const READ_ROWS: usize = 200;
