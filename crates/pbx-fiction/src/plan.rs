use std::time::Duration;

use pbx_kernel::Timestamp;

/// How many of what there is, and when it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// End users: the first so many of the people.
    pub people: u32,
    /// People outside; at least one is made. A quarter of them never call and are in contact lists and recordings
    /// only.
    pub outsiders: u32,
    /// Administrators; at least one is made.
    pub administrators: u32,
    /// Messages in mailboxes.
    pub voice_mails: u32,
    /// Greetings of mailboxes.
    pub greetings: u32,
    /// Recordings of calls.
    pub recordings: u32,
    /// Entries of contact lists.
    pub contacts: u32,
    /// Chat messages.
    pub chats: u32,
    /// Calls: each is one call detail record, and one entry in the call list of everybody inside who took part.
    pub calls: u32,
    /// Hospitality charges.
    pub charges: u32,
    /// Notes that people keep about others.
    pub notes: u32,
    /// In how many of a hundred chats, notes, contacts and call detail records somebody occurs where, or in a form
    /// in which, no structured search looks for them.
    pub planted_percent: u8,
    /// The moment after the last item.
    pub until: Timestamp,
    /// How long before that the first item happened.
    pub span: Duration,
}

impl Plan {
    /// Some ten items each for `people`, in the thirty days before `until`.
    pub fn for_people(people: u32, until: Timestamp) -> Self {
        Self {
            people,
            outsiders: people / 2 + 1,
            administrators: people / 500 + 2,
            voice_mails: people,
            greetings: people,
            recordings: people / 2,
            contacts: people.saturating_mul(2),
            chats: people.saturating_mul(2),
            calls: people.saturating_mul(3),
            charges: people / 2,
            notes: people / 2,
            planted_percent: 25,
            until,
            span: Duration::from_hours(30 * 24),
        }
    }

    /// People without anything that happened to them, for what is to be counted one kind at a time.
    pub fn quiet(people: u32, until: Timestamp) -> Self {
        Self {
            voice_mails: 0,
            greetings: 0,
            recordings: 0,
            contacts: 0,
            chats: 0,
            calls: 0,
            charges: 0,
            notes: 0,
            ..Self::for_people(people, until)
        }
    }
}

/// The plan cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There are more people than extensions.
    #[error("{people} people and {extensions} extensions; take longer extensions")]
    Extensions {
        /// How many people are planned.
        people: u32,
        /// How many extensions there are.
        extensions: u32,
    },
    /// More than a hundred of a hundred.
    #[error("planted_percent is {0}; it is a percentage")]
    Percent(u8),
}
