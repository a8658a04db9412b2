use std::collections::BTreeMap;

use crate::draw::{Draw, Purpose};
use crate::name::fold;
use crate::people::Subject;
use crate::phone::PhoneNumber;
use crate::place::{Address, COMPANY, COUNTRIES, Country, DEPARTMENTS, LOCATIONS, OTHER_COMPANIES, TITLES};

/// An invented person.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub(crate) subject: Subject,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    /// How many have the same name and came before; they share no e-mail address.
    pub(crate) namesakes: u64,
    pub(crate) extension: Option<u32>,
    pub(crate) number: PhoneNumber,
    /// What an address and a place at work are drawn from, for those who ask.
    pub(crate) seed: u64,
}

impl Person {
    /// Who it is.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// The display name, for example `Åsa Ekrud`.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// The given name.
    pub fn first_name(&self) -> &'static str {
        self.first_name
    }

    /// The family name.
    pub fn last_name(&self) -> &'static str {
        self.last_name
    }

    /// The extension, which end users have.
    pub fn extension(&self) -> Option<String> {
        self.extension.map(|it| it.to_string())
    }

    /// The number one reaches the person at from outside.
    pub fn number(&self) -> PhoneNumber {
        self.number
    }

    /// The e-mail address, below a domain that RFC 2606 keeps for examples.
    pub fn email(&self) -> String {
        let domains = match self.subject {
            Subject::Person(_) => PERSON_DOMAINS,
            Subject::Outsider(_) => OUTSIDER_DOMAINS,
            Subject::Administrator(_) => ADMINISTRATOR_DOMAINS,
        };
        format!("{}@{}", self.local_part(), self.choose(domains))
    }

    /// The login name, which administrators have.
    pub fn account(&self) -> Option<String> {
        matches!(self.subject, Subject::Administrator(_)).then(|| self.local_part())
    }

    /// The guest room, which end users have: a letter and the extension of the telephone in it.
    pub fn room(&self) -> Option<String> {
        self.extension.map(|it| format!("{}{it}", self.choose(WINGS)))
    }

    /// The firm the person works for.
    pub fn company(&self) -> &'static str {
        match self.subject {
            Subject::Outsider(_) => self.choose(OTHER_COMPANIES),
            Subject::Person(_) | Subject::Administrator(_) => COMPANY,
        }
    }

    /// The language spoken with the person, as a BCP 47 tag.
    pub fn language(&self) -> &'static str {
        self.country().language
    }

    /// Everything that is known about the person, by field id. Whoever is outside has no extension, department,
    /// title, location, language or room, and a `number` where the others have a `mobile`.
    pub fn fields(&self) -> BTreeMap<&'static str, String> {
        let mut draw = self.draw();
        let address = Address::draw(self.country(), &mut draw);
        let mut fields = BTreeMap::from([
            ("first-name", self.first_name.to_owned()),
            ("last-name", self.last_name.to_owned()),
            ("name", self.name()),
            ("email", self.email()),
            (self.number_id(), self.number.international()),
            ("company", self.company().to_owned()),
            ("address", address.line()),
            ("city", address.city().to_owned()),
            ("state", address.state().to_owned()),
            ("postal-code", address.postal_code()),
        ]);
        if !matches!(self.subject, Subject::Outsider(_)) {
            fields.insert("language", self.language().to_owned());
            fields.insert("department", draw.pick(DEPARTMENTS).to_owned());
            fields.insert("title", draw.pick(TITLES).to_owned());
            fields.insert("location", draw.pick(LOCATIONS).to_owned());
        }
        let own = [("extension", self.extension()), ("room", self.room()), ("account", self.account())];
        fields.extend(own.into_iter().filter_map(|(id, value)| Some((id, value?))));
        fields
    }

    /// The field that [`Person::number`] is in.
    pub(crate) fn number_id(&self) -> &'static str {
        if matches!(self.subject, Subject::Outsider(_)) { "number" } else { "mobile" }
    }

    /// What comes before the `@`.
    fn local_part(&self) -> String {
        let name = format!("{}.{}", fold(self.first_name), fold(self.last_name));
        if self.namesakes == 0 { name } else { format!("{name}.{}", self.namesakes + 1) }
    }

    /// One of `choices`, by turns; people of one country get all of them.
    fn choose(&self, choices: &[&'static str]) -> &'static str {
        choices[self.subject.index() as usize / COUNTRIES.len() % choices.len()]
    }

    fn country(&self) -> &'static Country {
        COUNTRIES[self.subject.index() as usize % COUNTRIES.len()]
    }

    /// The draws for what only [`Person::fields`] tells, so that being mentioned costs none.
    fn draw(&self) -> Draw {
        let kind = match self.subject {
            Subject::Person(_) => 0,
            Subject::Outsider(_) => 1,
            Subject::Administrator(_) => 2,
        };
        Draw::new(self.seed, Purpose::Person, kind << 32 | u64::from(self.subject.index()))
    }
}

const WINGS: &[&str] = &["A", "B", "C", "D", "E", "F", "G", "H"];
const PERSON_DOMAINS: &[&str] = &["harbour-vale.example", "staff.harbour-vale.example"];
const ADMINISTRATOR_DOMAINS: &[&str] = &["it.harbour-vale.example"];
const OUTSIDER_DOMAINS: &[&str] =
    &["example.com", "example.net", "example.org", "post.example", "mail.example", "gantry-loom.example"];

#[cfg(test)]
mod tests;
