use pbx_policy::Mistake;
use serde::Deserialize;
use toml::Spanned;

use super::mistake;
use crate::population::Census;

/// Whom a site holds data of: invented people, and how much happens to them. What is not said follows from `count`.
///
/// Stores that the site's product does not have stay out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PeoplePlan {
    /// How many end users, beside those of the accounts.
    pub count: Spanned<u32>,
    /// Who they are and what they say follows from it; by default it follows from the scenario's seed and the site's
    /// id.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Messages in mailboxes, with audio; at most ten by default.
    #[serde(default)]
    pub voice_mails: Option<Spanned<u32>>,
    /// Greetings of mailboxes, with audio; at most ten by default.
    #[serde(default)]
    pub greetings: Option<Spanned<u32>>,
    /// Recordings of calls, with audio; at most ten by default.
    #[serde(default)]
    pub recordings: Option<Spanned<u32>>,
    /// Entries of contact lists; two for each by default.
    #[serde(default)]
    pub contacts: Option<Spanned<u32>>,
    /// Calls, each a call detail record and an entry in the call list of everybody inside; three for each by default.
    #[serde(default)]
    pub calls: Option<Spanned<u32>>,
    /// Chat messages; two for each by default.
    #[serde(default)]
    pub chats: Option<Spanned<u32>>,
    /// Hospitality charges; one for every two by default.
    #[serde(default)]
    pub charges: Option<Spanned<u32>>,
    /// Notes that people keep about others; one for every two by default.
    #[serde(default)]
    pub notes: Option<Spanned<u32>>,
    /// Whether people also occur where, or in a form in which, no structured search looks for them.
    #[serde(default = "yes")]
    pub planted: bool,
}

impl PeoplePlan {
    /// With every default filled in; `seed` where it says none.
    pub(crate) fn census(&self, seed: u64) -> Census {
        let count = *self.count.get_ref();
        let or = |given: &Option<Spanned<u32>>, usual: u32| given.as_ref().map_or(usual, |it| *it.get_ref());
        Census {
            seed: self.seed.unwrap_or(seed),
            count,
            voice_mails: or(&self.voice_mails, count.min(SOUNDS)),
            greetings: or(&self.greetings, count.min(SOUNDS)),
            recordings: or(&self.recordings, count.min(SOUNDS)),
            contacts: or(&self.contacts, count.saturating_mul(2)),
            calls: or(&self.calls, count.saturating_mul(3)),
            chats: or(&self.chats, count.saturating_mul(2)),
            charges: or(&self.charges, count / 2),
            notes: or(&self.notes, count / 2),
            planted: self.planted,
        }
    }

    /// What is beyond a limit.
    pub(super) fn mistakes(&self, text: &str) -> Vec<Mistake> {
        let count = *self.count.get_ref();
        if count > PEOPLE_MAX {
            let message = format!("there are {count} people; a site has at most {PEOPLE_MAX}");
            return vec![mistake(text, &self.count, "sites.people.count", message)];
        }
        let kinds = [
            ("voice-mails", &self.voice_mails),
            ("greetings", &self.greetings),
            ("recordings", &self.recordings),
            ("contacts", &self.contacts),
            ("calls", &self.calls),
            ("chats", &self.chats),
            ("charges", &self.charges),
            ("notes", &self.notes),
        ];
        let most = count.saturating_mul(EACH_MAX).min(KIND_MAX);
        let given = kinds.into_iter().filter_map(|(name, given)| Some((name, given.as_ref()?)));
        let many = given.filter(|(_, given)| *given.get_ref() > most);
        let say = |(name, given): (&str, &Spanned<u32>)| {
            let message =
                format!("there are {}; {count} people have at most {most} together", given.get_ref());
            mistake(text, given, &format!("sites.people.{name}"), message)
        };
        many.map(say).collect()
    }
}

const fn yes() -> bool {
    true
}

/// The most people of a site: ten times what the largest of the products is sold for, with room in its key tree for
/// every store of each.
const PEOPLE_MAX: u32 = 1_000_000;

/// The most of one kind for each, so that the work for one of them stays small.
const EACH_MAX: u32 = 1_000;

/// The most of one kind.
const KIND_MAX: u32 = 10_000_000;

/// How many pieces of audio of a kind a site gets if nobody says: each costs more than all else of a person.
const SOUNDS: u32 = 10;
