use std::time::Duration;

use pbx_kernel::Timestamp;

use crate::cast::{Cast, Role};
use crate::draw::{Draw, Purpose};
use crate::item::{Audio, Encoding, Item, Kind};
use crate::mention::Mention;
use crate::people::{People, Subject};
use crate::person::Person;
use crate::plan::{Plan, PlanError};
use crate::text;

/// What happens to people: items that any number finds without making the others.
#[derive(Clone, Debug)]
pub struct Life {
    people: People,
    plan: Plan,
    insiders: Cast,
    outsiders: Cast,
    /// The first three quarters of the outsiders. The rest are in contact lists and recordings and nowhere else.
    callers: Cast,
    administrators: Cast,
}

/// A telephone call: what a call detail record and the call lists say about it.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Who called.
    pub from: Person,
    /// Who was called.
    pub to: Person,
    /// When.
    pub time: Timestamp,
    /// How long they spoke; zero where nobody answered.
    pub duration: Duration,
    /// Did anybody answer?
    pub answered: bool,
    /// Was one of them outside?
    pub outside: bool,
}

impl Life {
    /// What `plan` says happens to the first of `people`.
    pub fn of(people: &People, plan: Plan) -> Result<Self, PlanError> {
        if plan.people > people.count() {
            return Err(PlanError::Extensions { people: plan.people, extensions: people.count() });
        }
        if plan.planted_percent > 100 {
            return Err(PlanError::Percent(plan.planted_percent));
        }
        let cast = |number, count| Cast::new(people.seed(), number, count);
        Ok(Self {
            people: people.clone(),
            insiders: cast(1, plan.people),
            outsiders: cast(2, plan.outsiders),
            callers: cast(3, plan.outsiders - plan.outsiders / 4),
            administrators: cast(4, plan.administrators),
            plan,
        })
    }

    /// Everybody there is: end users, then outsiders, then administrators.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + use<> {
        let Plan { people, outsiders, administrators, .. } = self.plan;
        let inside = (0..people).map(Subject::Person);
        let outside = (0..outsiders.max(1)).map(Subject::Outsider);
        inside.chain(outside).chain((0..administrators.max(1)).map(Subject::Administrator))
    }

    /// The items of a kind, in the order of time.
    pub fn items(&self, kind: Kind) -> impl Iterator<Item = Item> + '_ {
        (0..self.end(kind)).filter_map(move |number| self.item(kind, number))
    }

    /// The item `number` of `kind`, where there is one.
    pub fn item(&self, kind: Kind, number: u64) -> Option<Item> {
        if number >= self.end(kind) {
            return None;
        }
        match kind {
            Kind::VoiceMail => self.voice_mail(number),
            Kind::Greeting => self.greeting(number),
            Kind::Recording => self.recording(number),
            Kind::Contact => self.contact(number),
            Kind::Chat => self.chat(number),
            Kind::CallList => self.call_list(number),
            Kind::Cdr => self.cdr(number),
            Kind::Charge => self.charge(number),
            Kind::Note => self.note(number),
        }
    }

    /// The items that `subject` owns or occurs in, kind by kind, in the order of time.
    ///
    /// Takes time by the items that the subject is in, not by those there are.
    pub fn about(&self, subject: Subject) -> impl Iterator<Item = Item> + '_ {
        let items = move |kind| {
            let mut numbers: Vec<_> =
                Role::ALL.into_iter().flat_map(|role| self.numbers(kind, role, subject)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers.into_iter().filter_map(move |number| self.item(kind, number))
        };
        let concerns = move |item: &Item| item.occurrences.iter().any(|it| it.subject == subject);
        Kind::ALL.into_iter().flat_map(items).filter(concerns)
    }

    /// The items that `subject` owns, kind by kind, in the order of time.
    ///
    /// Takes time by those, and by the calls that the subject took part in.
    pub fn of_owner(&self, subject: Subject) -> impl Iterator<Item = Item> + '_ {
        let items = move |kind| {
            let mut numbers = self.numbers(kind, Role::Owner, subject);
            if kind == Kind::CallList {
                numbers.extend(self.numbers(kind, Role::Colleague, subject));
                numbers.sort_unstable();
                numbers.dedup();
            }
            numbers.into_iter().filter_map(move |number| self.item(kind, number))
        };
        let is_own = move |item: &Item| item.owner == Some(subject);
        Kind::ALL.into_iter().filter(|kind| kind.is_owned()).flat_map(items).filter(is_own)
    }

    /// The call that the call detail record `number` is about.
    pub fn call(&self, number: u64) -> Option<Call> {
        Some(self.scene(Kind::Cdr, number, OUTSIDE_PERCENT)?.call())
    }

    /// One more than the highest number that an item of `kind` may have.
    fn end(&self, kind: Kind) -> u64 {
        let Plan { calls, .. } = self.plan;
        let count = match kind {
            Kind::VoiceMail => self.plan.voice_mails,
            Kind::Greeting => self.plan.greetings,
            Kind::Recording => self.plan.recordings,
            Kind::Contact => self.plan.contacts,
            Kind::Chat => self.plan.chats,
            Kind::CallList | Kind::Cdr => calls,
            Kind::Charge => self.plan.charges,
            Kind::Note => self.plan.notes,
        };
        match (self.plan.people, kind) {
            (0, _) => 0,
            // Both sides of a call may have an entry.
            (_, Kind::CallList) => u64::from(count) * 2,
            _ => count.into(),
        }
    }

    /// The items of `kind` in which `subject` may play `role`.
    fn numbers(&self, kind: Kind, role: Role, subject: Subject) -> Vec<u64> {
        let (cast, member) = match (subject, role) {
            (Subject::Person(member), Role::Owner | Role::Colleague | Role::Third) => {
                (&self.insiders, member)
            }
            (Subject::Outsider(member), Role::Outsider) => (self.outside(kind), member),
            (Subject::Administrator(member), Role::Administrator) => (&self.administrators, member),
            _ => return Vec::new(),
        };
        match kind {
            // Who is in a call list's entries follows from the calls.
            Kind::CallList => {
                let calls = cast.numbers(Kind::Cdr, role, member, self.end(Kind::Cdr));
                calls.flat_map(|call| [call * 2, call * 2 + 1]).collect()
            }
            _ => cast.numbers(kind, role, member, self.end(kind)).collect(),
        }
    }

    /// Those outside who may be in items of `kind`.
    fn outside(&self, kind: Kind) -> &Cast {
        match kind {
            Kind::Contact | Kind::Recording => &self.outsiders,
            Kind::VoiceMail
            | Kind::Greeting
            | Kind::Chat
            | Kind::CallList
            | Kind::Cdr
            | Kind::Charge
            | Kind::Note => &self.callers,
        }
    }

    /// Who is in item `number` of `kind`, where the other is somebody outside in `outside_percent` of a hundred.
    fn scene(&self, kind: Kind, number: u64, outside_percent: u8) -> Option<Scene> {
        let end = self.end(kind);
        if number >= end {
            return None;
        }
        let mut draw = Draw::new(self.people.seed(), Purpose::Item, (kind as u64) << 40 | number);
        let inside = |role| self.people.person(self.insiders.member(kind, role, number));
        let (owner, colleague) = (inside(Role::Owner)?, inside(Role::Colleague)?);
        let is_outside = draw.percent(outside_percent) || colleague.subject() == owner.subject();
        let other = if is_outside {
            self.people.outsider(self.outside(kind).member(kind, Role::Outsider, number))
        } else {
            colleague
        };
        // Nobody is mentioned to themselves.
        let is_third = |it: &Person| it.subject() != owner.subject() && it.subject() != other.subject();
        let is_planted = draw.percent(self.plan.planted_percent);
        let third = if is_planted { inside(Role::Third).filter(is_third) } else { None };
        // Each item has a stretch of the time to itself, so that numbers rise with time.
        let millis = u64::try_from(self.plan.span.as_millis()).unwrap_or(u64::MAX);
        let at = |number: u64| Duration::from_millis(share(millis, number, end));
        let stretch = at(number + 1).saturating_sub(at(number)).as_millis();
        let moment = Duration::from_millis(draw.below(u64::try_from(stretch).unwrap_or(1).max(1)));
        let time = self.plan.until - self.plan.span + at(number) + moment;
        Some(Scene { owner, other, third, time, draw })
    }

    fn voice_mail(&self, number: u64) -> Option<Item> {
        let Scene { owner, other, time, mut draw, .. } =
            self.scene(Kind::VoiceMail, number, OUTSIDE_PERCENT)?;
        let mut item = Item::new(Kind::VoiceMail, number, Some(&owner), time);
        item.name("name", &Mention::name(&other));
        item.name("number", &Mention::line(&other));
        item.sound(audio(&mut draw, 40), &[&other]);
        Some(item)
    }

    fn greeting(&self, number: u64) -> Option<Item> {
        let Scene { owner, time, mut draw, .. } = self.scene(Kind::Greeting, number, 0)?;
        let mut item = Item::new(Kind::Greeting, number, Some(&owner), time);
        item.tell("text", "Greeting of {}", &Mention::name(&owner), false);
        item.sound(audio(&mut draw, 12), &[&owner]);
        Some(item)
    }

    fn recording(&self, number: u64) -> Option<Item> {
        let Scene { owner, other, time, mut draw, .. } = self.scene(Kind::Recording, number, 80)?;
        let mut item = Item::new(Kind::Recording, number, Some(&owner), time);
        item.name("name", &Mention::name(&other));
        item.name("number", &Mention::line(&other));
        item.name("extension", &Mention::line(&owner));
        item.say("direction", if draw.percent(50) { "in" } else { "out" });
        item.say("tag", draw.pick(text::TAGS));
        item.sound(audio(&mut draw, 90), &[&owner, &other]);
        Some(item)
    }

    fn contact(&self, number: u64) -> Option<Item> {
        let Scene { owner, other, mut draw, time, .. } = self.scene(Kind::Contact, number, 70)?;
        let mut item = Item::new(Kind::Contact, number, Some(&owner), time);
        item.name("first-name", &Mention::first_name(&other));
        item.name("last-name", &Mention::last_name(&other));
        item.say("company", other.company());
        let is_planted = draw.percent(self.plan.planted_percent);
        let (number, email) = match (is_planted, draw.below(2)) {
            (false, _) => (Encoding::Plain, Encoding::Plain),
            (true, 0) => (Encoding::National, Encoding::Plain),
            (true, _) => (Encoding::Plain, Encoding::UpperCase),
        };
        item.name("number", &Mention::number(&other, number));
        item.name("email", &Mention::email(&other, email));
        Some(item)
    }

    fn chat(&self, number: u64) -> Option<Item> {
        let Scene { owner, other, third, time, mut draw } = self.scene(Kind::Chat, number, 0)?;
        let mut item = Item::new(Kind::Chat, number, Some(&owner), time);
        item.name("name", &Mention::name(&other));
        item.say("direction", "out");
        speak(&mut item, third.as_ref(), text::CHATS, &mut draw);
        Some(item)
    }

    /// Entry 2n is of whoever the nth call came from, entry 2n + 1 of whom it went to, where they are inside.
    fn call_list(&self, number: u64) -> Option<Item> {
        let call = self.call(number / 2)?;
        let (owner, other, direction) = match (number % 2, call.answered) {
            (0, _) => (call.from, call.to, "out"),
            (_, true) => (call.to, call.from, "in"),
            (_, false) => (call.to, call.from, "missed"),
        };
        owner.extension()?;
        let mut item = Item::new(Kind::CallList, number, Some(&owner), call.time);
        item.name("name", &Mention::name(&other));
        item.name("number", &Mention::line(&other));
        item.say("direction", direction);
        item.say("duration-s", call.duration.as_secs().to_string());
        Some(item)
    }

    fn cdr(&self, number: u64) -> Option<Item> {
        let mut scene = self.scene(Kind::Cdr, number, OUTSIDE_PERCENT)?;
        let call = scene.call();
        let Scene { owner, other, third, mut draw, .. } = scene;
        let mut item = Item::new(Kind::Cdr, number, None, call.time);
        item.name("extension", &Mention::line(&owner));
        item.name("number", &Mention::line(&other));
        item.say("direction", if call.from.subject() == owner.subject() { "out" } else { "in" });
        item.say("duration-s", call.duration.as_secs().to_string());
        item.say("cost", cost(if call.outside { call.duration.as_secs() / 6 } else { 0 }));
        match third {
            Some(third) => {
                let encoding = draw.pick(&[&Encoding::Plain, &Encoding::National, &Encoding::FromAbroad]);
                let mention = Mention::number(&third, *encoding);
                item.tell("text", draw.pick(text::LOGS_ABOUT), &mention, true);
            }
            None => item.say("text", draw.pick(text::LOGS)),
        }
        Some(item)
    }

    fn charge(&self, number: u64) -> Option<Item> {
        let Scene { owner: guest, time, mut draw, .. } = self.scene(Kind::Charge, number, 0)?;
        let clerk = self.administrators.member(Kind::Charge, Role::Administrator, number);
        let clerk = self.people.administrator(clerk);
        let mut item = Item::new(Kind::Charge, number, None, time);
        item.name("name", &Mention::name(&guest));
        item.name("room", &Mention::room(&guest)?);
        item.name("extension", &Mention::line(&guest));
        item.name("account", &Mention::account(&clerk)?);
        item.say("text", draw.pick(text::CHARGES));
        item.say("cost", cost(100 + draw.below(9_900)));
        Some(item)
    }

    fn note(&self, number: u64) -> Option<Item> {
        let Scene { owner, other, third, time, mut draw } =
            self.scene(Kind::Note, number, OUTSIDE_PERCENT)?;
        let mut item = Item::new(Kind::Note, number, Some(&owner), time);
        item.name("name", &Mention::name(&other));
        item.say("tag", draw.pick(text::TAGS));
        speak(&mut item, third.as_ref(), text::NOTES, &mut draw);
        Some(item)
    }
}

/// Who is in an item, when it happened, and the draws for the rest of it.
struct Scene {
    owner: Person,
    other: Person,
    third: Option<Person>,
    time: Timestamp,
    draw: Draw,
}

impl Scene {
    /// The call that these two have.
    fn call(&mut self) -> Call {
        let Self { owner, other, time, draw, .. } = self;
        let (owner, other, time) = (*owner, *other, *time);
        let (is_outgoing, answered) = (draw.percent(50), draw.percent(80));
        let seconds = if answered { 5 + draw.below(1_200) } else { 0 };
        let (from, to) = if is_outgoing { (owner, other) } else { (other, owner) };
        let outside = matches!(other.subject(), Subject::Outsider(_));
        Call { from, to, time, duration: Duration::from_secs(seconds), answered, outside }
    }
}

/// Gives `item` a text: about `third` where there is somebody, else one of `plain`.
fn speak(item: &mut Item, third: Option<&Person>, plain: &[&'static str], draw: &mut Draw) {
    match third {
        Some(third) => {
            let mention = Mention::any(third, draw);
            item.tell("text", text::about(&mention, draw), &mention, true);
        }
        None => item.say("text", draw.pick(plain)),
    }
}

fn audio(draw: &mut Draw, seconds_max: u32) -> Audio {
    Audio { seed: draw.below(u64::MAX), seconds: 3 + draw.small(seconds_max - 2) }
}

/// An amount of money, in the smallest coin, as text.
fn cost(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `whole` times `part` of `parts`, which are not zero.
fn share(whole: u64, part: u64, parts: u64) -> u64 {
    u64::try_from(u128::from(whole) * u128::from(part) / u128::from(parts)).unwrap_or(whole)
}

/// In how many of a hundred calls somebody outside takes part.
const OUTSIDE_PERCENT: u8 = 60;

#[cfg(test)]
mod tests;
